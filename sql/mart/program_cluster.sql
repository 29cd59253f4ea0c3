-- Each program and its Career Cluster: the one under which the State approved it, which decides; the one that the
-- crosswalk of the framework of 14 proposes for its CIP code by the grantee's primary rule; and the legacy one, sent
-- or from a crosswalk that the user loaded, never converted from a cluster of the other framework. The State's cluster
-- is compared with the crosswalk of its own framework. Concentrators of a program that the inventory does not have are
-- counted at that program, too. Each person counts once a year: at the program in which most credits were earned, of
-- several the first by institution and number.
-- grain: grantee_id, program_year, institution_id, program_id
-- column grantee_id: The grantee.
-- column program_year: Program year of the inventory.
-- column institution_id: The institution.
-- column program_id: The program.
-- column program_name: Name of the program; null where the inventory lacks it.
-- column is_in_inventory: Whether the inventory has the program; false for one that only its students name.
-- column cip_code: CIP code as approved; null where it could not be read or the inventory lacks the program.
-- column cip_version: CIP taxonomy of the code.
-- column career_cluster_code: Career Cluster under which the State approved it; null where none was sent.
-- column career_cluster_framework: Framework of that cluster: 16-cluster or 14-cluster; null without one.
-- column expected_framework: Framework of the program year under the grantee's adoption; null where not known.
-- column proposed_cluster_code: Primary cluster of the 14 for the CIP code; null where none is proposed.
-- column proposed_cluster_count: Clusters of the 14 that the CIP code may belong to; 0 where it is unmapped.
-- column unmapped_reason: Why none of the 14 is proposed, as a code; null where one is.
-- column legacy_cluster_code: Legacy cluster, as sent or by the user's crosswalk; null where not available.
-- column legacy_source: submission or crosswalk; null where not available.
-- column agreement: State's cluster beside its framework's crosswalk: primary, among, disagrees; else why it cannot.
-- column crosswalk_program_year: Program year of the crosswalk of the framework of 14; null where none is loaded.
-- column concentrator_count: Concentrators of the program in the year; who has two programs is at both.
-- column concentrator_once_count: Concentrators counted at this program alone: their sum is the number of persons.
with excluded as (
    select
        submission_id,
        line_number
    from mart.exclusion
    where table_name = 'program'
),

inventory as (
    select
        program.grantee_id,
        program.program_year,
        program.institution_id,
        program.program_id,
        program.program_name,
        program.cip_code,
        program.cip_version,
        program.career_cluster_code
    from core.program as program
    anti join excluded using (submission_id, line_number)
),

concentrator as (
    select
        concentrator.grantee_id,
        concentrator.program_year,
        concentrator.institution_id,
        concentrator.program_id,
        concentrator.student_id,
        row_number() over (
            partition by
                concentrator.grantee_id,
                concentrator.program_year,
                coalesce(person.person_id, concentrator.institution_id || ':' || concentrator.student_id)
            order by
                concentrator.semester_credits_earned desc nulls last,
                concentrator.institution_id asc,
                concentrator.program_id asc,
                concentrator.student_id asc
        ) as place
    from mart.concentrator as concentrator
    left join mart.person as person
        on
            concentrator.grantee_id = person.grantee_id
            and concentrator.institution_id = person.institution_id
            and concentrator.student_id = person.student_id
),

counted as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        count(distinct student_id) as concentrator_count,
        sum(case when place = 1 then 1 else 0 end) as concentrator_once_count
    from concentrator
    group by grantee_id, program_year, institution_id, program_id
),

program as (
    select
        grantee_id,
        program_year,
        institution_id,
        program_id,
        program_name,
        true as is_in_inventory,
        cip_code,
        cip_version,
        career_cluster_code
    from inventory
    union all
    select
        counted.grantee_id,
        counted.program_year,
        counted.institution_id,
        counted.program_id,
        null as program_name,
        false as is_in_inventory,
        null as cip_code,
        null as cip_version,
        null as career_cluster_code
    from counted
    anti join inventory using (grantee_id, program_year, institution_id, program_id)
),

loaded as (
    select
        framework,
        max(crosswalk_program_year) as crosswalk_program_year
    from mart.cluster_field
    group by framework
),

loaded_version as (
    select distinct
        framework,
        cip_version
    from mart.cluster_field
),

mapped as (
    select
        framework,
        primary_rule,
        cip_code,
        cip_version,
        max(cluster_count) as cluster_count,
        max(case when is_primary then career_cluster_code end) as primary_code
    from mart.cluster_field
    group by framework, primary_rule, cip_code, cip_version
),

placed as (
    select
        program.*,
        case
            when program.career_cluster_code between '01' and '16' then '16-cluster'
            when program.career_cluster_code is not null then '14-cluster'
        end as career_cluster_framework,
        definition.cluster_framework as expected_framework,
        coalesce(
            definition.cluster_primary_rule, 'most_sub_clusters_then_family_then_workbook_order'
        ) as primary_rule
    from program
    left join reference.definition as definition
        on program.grantee_id = definition.grantee_id and program.program_year = definition.program_year
)

select
    placed.grantee_id,
    placed.program_year,
    placed.institution_id,
    placed.program_id,
    placed.program_name,
    placed.is_in_inventory,
    placed.cip_code,
    placed.cip_version,
    placed.career_cluster_code,
    placed.career_cluster_framework,
    placed.expected_framework,
    modern.primary_code as proposed_cluster_code,
    coalesce(modern.cluster_count, 0) as proposed_cluster_count,
    case
        when modern.primary_code is not null then null
        when not placed.is_in_inventory then 'not_in_inventory'
        when modern_loaded.framework is null then 'crosswalk_not_loaded'
        when placed.cip_code is null then 'cip_unreadable'
        when modern.cluster_count is not null then 'several_clusters'
        when placed.cip_version is null or modern_version.framework is null then 'cip_version_differs'
        else 'cip_not_in_crosswalk'
    end as unmapped_reason,
    case
        when placed.career_cluster_framework = '16-cluster' then placed.career_cluster_code
        else legacy.primary_code
    end as legacy_cluster_code,
    case
        when placed.career_cluster_framework = '16-cluster' then 'submission'
        when legacy.primary_code is not null then 'crosswalk'
    end as legacy_source,
    case
        when not placed.is_in_inventory then 'not_in_inventory'
        when placed.career_cluster_code is null then 'no_state_cluster'
        when own_loaded.framework is null then 'crosswalk_not_loaded'
        when placed.cip_code is null then 'cip_unreadable'
        when own.cluster_count is null and own_version.framework is null then 'cip_version_differs'
        when own.cluster_count is null then 'cip_not_in_crosswalk'
        when own_field.is_primary then 'primary'
        when own_field.career_cluster_code is not null then 'among'
        else 'disagrees'
    end as agreement,
    modern_loaded.crosswalk_program_year,
    coalesce(counted.concentrator_count, 0) as concentrator_count,
    cast(coalesce(counted.concentrator_once_count, 0) as bigint) as concentrator_once_count
from placed
left join counted
    on
        placed.grantee_id = counted.grantee_id
        and placed.program_year = counted.program_year
        and placed.institution_id = counted.institution_id
        and placed.program_id = counted.program_id
left join loaded as modern_loaded on modern_loaded.framework = '14-cluster'
left join loaded as own_loaded on placed.career_cluster_framework = own_loaded.framework
left join loaded_version as modern_version
    on placed.cip_version = modern_version.cip_version and modern_version.framework = '14-cluster'
left join loaded_version as own_version
    on
        placed.cip_version = own_version.cip_version
        and placed.career_cluster_framework = own_version.framework
left join mapped as modern
    on
        placed.primary_rule = modern.primary_rule
        and placed.cip_code = modern.cip_code
        and placed.cip_version = modern.cip_version
        and modern.framework = '14-cluster'
left join mapped as legacy
    on
        placed.primary_rule = legacy.primary_rule
        and placed.cip_code = legacy.cip_code
        and placed.cip_version = legacy.cip_version
        and legacy.framework = '16-cluster'
left join mapped as own
    on
        placed.primary_rule = own.primary_rule
        and placed.cip_code = own.cip_code
        and placed.cip_version = own.cip_version
        and placed.career_cluster_framework = own.framework
left join mart.cluster_field as own_field
    on
        placed.primary_rule = own_field.primary_rule
        and placed.cip_code = own_field.cip_code
        and placed.cip_version = own_field.cip_version
        and placed.career_cluster_framework = own_field.framework
        and placed.career_cluster_code = own_field.career_cluster_code
