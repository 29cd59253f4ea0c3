-- For which sex a field of study is nontraditional, computed from public files: women among those employed in the
-- occupations that the crosswalk names for the field, under a quarter (nontraditional for women) or over three quarters
-- (for men). Each occupation of the survey counts once in a field, with all who are employed in it. The share is exact
-- in the published numbers: thousands employed and tenths of a percent make whole persons. Occupations for which the
-- survey publishes no share (fewer than 50,000 employed) and those that it does not have are left out and counted.
-- So are postsecondary teachers, whom the crosswalk names for nearly every field and the survey does not tell apart by
-- field. Titles of the survey are matched with those of the Census list without regard to case, blanks and commas; SOC
-- codes with the most precise code or range of the Census list that holds them.
-- grain: employment_program_year, cip_code, cip_version
-- column employment_program_year: Program year of the survey: its calendar year is the one in which the year ends.
-- column cip_code: CIP code of the crosswalk.
-- column cip_version: CIP taxonomy of the crosswalk.
-- column occupation_count: Occupations of the field, apart from postsecondary teachers.
-- column known_occupation_count: Those of them of which the share of women is published.
-- column unknown_occupation_count: Those of which it is not.
-- column employed_count: Persons employed in the occupations that are known.
-- column women_count: Women among them.
-- column computed_sex: female, male or neither; null where no occupation is known.
with survey as (
    select
        employment.program_year as employment_program_year,
        max(census.program_year) as census_program_year
    from reference.occupation_employment as employment
    inner join reference.census_occupation as census on employment.program_year >= census.program_year
    group by employment.program_year
),

latest as (
    select
        cip_version,
        max(program_year) as program_year
    from reference.field_occupation
    group by cip_version
),

-- A code with X holds what begins like it; one that ends in 0 is a group and holds what begins like its other digits.
census as (
    select
        census.program_year,
        census.census_code,
        census.soc_code,
        replace(lower(regexp_replace(trim(census.occupation_title), '\s+', ' ', 'g')), ',', '') as matched_title,
        case
            when contains(census.soc_code, 'X') then split_part(census.soc_code, 'X', 1)
            else regexp_replace(census.soc_code, '0+$', '', 'g')
        end as soc_prefix
    from reference.census_occupation as census
    where regexp_matches(census.census_code, '^\d{4}$') and census.soc_code is not null
),

crosswalk as (
    select distinct
        field.cip_code,
        field.cip_version,
        field.soc_code
    from reference.field_occupation as field
    inner join latest on field.cip_version = latest.cip_version and field.program_year = latest.program_year
    where field.soc_code is null or field.soc_code not like '25-1%'
),

soc as (
    select distinct soc_code
    from crosswalk
    where soc_code is not null
),

placed as (
    select
        soc.soc_code,
        census.program_year as census_program_year,
        census.census_code,
        census.matched_title
    from soc
    inner join census on substr(soc.soc_code, 1, length(census.soc_prefix)) = census.soc_prefix
    qualify row_number() over (
        partition by soc.soc_code, census.program_year order by length(census.soc_prefix) desc, census.census_code
    ) = 1
),

employment as (
    select
        program_year,
        replace(lower(regexp_replace(trim(occupation_title), '\s+', ' ', 'g')), ',', '') as matched_title,
        employed_thousands,
        women_percent
    from reference.occupation_employment
),

occupation as (
    select distinct
        survey.employment_program_year,
        crosswalk.cip_code,
        crosswalk.cip_version,
        coalesce(placed.census_code, crosswalk.soc_code) as occupation_code,
        case when employment.women_percent is not null then employment.employed_thousands end as employed_thousands,
        employment.women_percent
    from survey
    cross join crosswalk
    left join placed
        on crosswalk.soc_code = placed.soc_code and survey.census_program_year = placed.census_program_year
    left join employment
        on
            survey.employment_program_year = employment.program_year
            and placed.matched_title = employment.matched_title
),

field as (
    select
        employment_program_year,
        cip_code,
        cip_version,
        count(occupation_code) as occupation_count,
        count(employed_thousands) as known_occupation_count,
        sum(employed_thousands) as employed_thousands,
        sum(employed_thousands * women_percent) as women_weight
    from occupation
    group by employment_program_year, cip_code, cip_version
)

select
    employment_program_year,
    cip_code,
    cip_version,
    occupation_count,
    known_occupation_count,
    occupation_count - known_occupation_count as unknown_occupation_count,
    cast(employed_thousands * 1000 as bigint) as employed_count,
    cast(women_weight * 10 as bigint) as women_count,
    case
        when women_weight < 25 * employed_thousands then 'female'
        when women_weight > 75 * employed_thousands then 'male'
        when employed_thousands > 0 then 'neither'
    end as computed_sex
from field
