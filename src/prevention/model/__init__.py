"""The model: from people in care and programmes to savings by year, with no file or clock.

In order: `assumptions` (a number with its range), `timeline`, `account` (how months
become rows of money), `draws`, `lag`, `response` (starts to care), `programmes`,
`economy`, `demand` (the baseline), `delivery`, `overlap`, `savings` (the ladder),
`scenarios`, `chain` (all of it, once), `projection` (central and draws), `sweep`,
`appraisal`, `summary`.
"""
