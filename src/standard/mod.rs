//! Packs: standards, rules, requirements, integrations and their calendar, as data.
