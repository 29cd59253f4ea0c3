-- Programs and concentrators by the Career Cluster under which the State approved, by the one that the crosswalk
-- proposes, and by how the two stand beside each other. Every table of the section of Career Clusters sums these rows.
-- Concentrators are counted once, at the program in which they earned most credits.
-- grain: is_in_inventory, cip_code, cip_version, career_cluster_code
select
    is_in_inventory,
    cip_code,
    cip_version,
    career_cluster_code,
    career_cluster_framework,
    expected_framework,
    proposed_cluster_code,
    proposed_cluster_count,
    unmapped_reason,
    legacy_cluster_code,
    legacy_source,
    agreement,
    count(*) as program_count,
    cast(sum(concentrator_once_count) as bigint) as concentrator_count
from mart.program_cluster
where grantee_id = 'oregon' and program_year = '2023-24'
group by
    is_in_inventory,
    cip_code,
    cip_version,
    career_cluster_code,
    career_cluster_framework,
    expected_framework,
    proposed_cluster_code,
    proposed_cluster_count,
    unmapped_reason,
    legacy_cluster_code,
    legacy_source,
    agreement
order by cip_code, cip_version, career_cluster_code, is_in_inventory
