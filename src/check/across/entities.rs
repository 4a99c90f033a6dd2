//! An index of entity identifiers: placer and filler numbers, appointment numbers.

use super::fact::Entity;

/// The identifiers of one kind that the run holds.
#[derive(Default)]
pub(super) struct Entities(Vec<Entity>);

impl Entities {
    /// Adds one, if it is a number; [`Entities::sort`] before asking.
    pub(super) fn add(&mut self, entity: Entity) {
        if entity.is_some() {
            self.0.push(entity);
        }
    }

    /// Makes it ready to be asked.
    pub(super) fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Whether one of them may be `entity`.
    pub(super) fn has(&self, entity: Entity) -> bool {
        if !entity.is_some() {
            return false;
        }
        // Those without authority come first among those of one number.
        let from = self.0.partition_point(|known| known.id < entity.id);
        let lowest = self.0.get(from).is_some_and(|known| known.matches(entity));
        lowest || self.0.binary_search(&entity).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_decides_only_where_both_give_one() {
        let mut known = Entities::default();
        for (id, authority) in [(1, 5), (1, 6), (2, 0), (2, 9), (3, 7)] {
            known.add(Entity { id, authority });
        }
        known.add(Entity { id: 0, authority: 4 });
        known.sort();
        let cases = [(1, 6), (1, 7), (1, 0), (2, 3), (3, 7), (3, 8), (4, 0), (0, 4)];
        let found = cases.map(|(id, authority)| known.has(Entity { id, authority }));
        assert_eq!(found, [true, false, true, true, true, false, false, false]);
    }
}
