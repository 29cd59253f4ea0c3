-- The Career Clusters that a field of study may belong to, from the latest crosswalk of each framework that was loaded,
-- in the order of each primary rule: rank 1 is the field's one primary cluster under that rule. The order is complete,
-- so that no field has two. Fields 99 stand for no field and are left out.
-- grain: framework, primary_rule, cip_code, cip_version, career_cluster_code
-- column framework: 14-cluster or 16-cluster, told by the code of the cluster.
-- column primary_rule: The rule that ranks: see career_clusters in a grantee's folder.
-- column cip_code: CIP code of the crosswalk.
-- column cip_version: CIP taxonomy of the crosswalk.
-- column career_cluster_code: A cluster that the field may belong to.
-- column crosswalk_program_year: Program year of the crosswalk, from the year in its file name.
-- column sub_cluster_count: Sub-clusters of the cluster that the field may belong to; 1 where the framework has none.
-- column cluster_count: Clusters that the field may belong to.
-- column family_field_count: Fields of the same two-digit CIP family that may belong to the cluster.
-- column primary_rank: Place of the cluster among those of the field under the rule, from 1.
-- column is_primary: Whether the cluster is the field's primary one under the rule.
with crosswalk as (
    select
        case when career_cluster_code between '01' and '16' then '16-cluster' else '14-cluster' end as framework,
        program_year,
        cip_code,
        cip_version,
        career_cluster_code,
        sub_cluster,
        line_number
    from reference.field_cluster
    where career_cluster_code is not null and cip_code not like '99%'
),

latest as (
    select
        framework,
        max(program_year) as program_year
    from crosswalk
    group by framework
),

field as (
    select
        crosswalk.framework,
        crosswalk.program_year,
        crosswalk.cip_code,
        crosswalk.cip_version,
        crosswalk.career_cluster_code,
        count(distinct coalesce(crosswalk.sub_cluster, '')) as sub_cluster_count,
        min(crosswalk.line_number) as first_line
    from crosswalk
    inner join latest
        on crosswalk.framework = latest.framework and crosswalk.program_year = latest.program_year
    group by
        crosswalk.framework,
        crosswalk.program_year,
        crosswalk.cip_code,
        crosswalk.cip_version,
        crosswalk.career_cluster_code
),

measured as (
    select
        field.*,
        count(*) over (partition by field.framework, field.cip_version, field.cip_code) as cluster_count,
        count(*) over (
            partition by
                field.framework, field.cip_version, substr(field.cip_code, 1, 2), field.career_cluster_code
        ) as family_field_count
    from field
),

rule as (
    select
        known.primary_rule,
        known.by_family,
        known.single_only
    from (
        values
        ('most_sub_clusters_then_family_then_workbook_order', 1, 0),
        ('most_sub_clusters_then_workbook_order', 0, 0),
        ('single_only', 0, 1)
    ) as known (primary_rule, by_family, single_only)
),

ranked as (
    select
        measured.*,
        rule.primary_rule,
        rule.single_only,
        row_number() over (
            partition by rule.primary_rule, measured.framework, measured.cip_version, measured.cip_code
            order by
                measured.sub_cluster_count desc,
                measured.family_field_count * rule.by_family desc,
                measured.first_line asc,
                measured.career_cluster_code asc
        ) as primary_rank
    from measured
    cross join rule
)

select
    framework,
    primary_rule,
    cip_code,
    cip_version,
    career_cluster_code,
    program_year as crosswalk_program_year,
    sub_cluster_count,
    cluster_count,
    family_field_count,
    primary_rank,
    primary_rank = 1 and (single_only = 0 or cluster_count = 1) as is_primary
from ranked
