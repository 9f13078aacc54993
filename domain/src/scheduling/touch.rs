//! The search for the price of tables: a convex function, of which the value and the slope are known where it was asked.

/// The value of the flow at a price of tables, and its slope there: how many tables are left.
pub(super) struct Touch {
    pub price: i64,
    pub value: i64,
    pub left: i64,
}

impl Touch {
    /// The price at which its line meets that of one above, none where nothing lies between.
    pub(super) fn meets(&self, above: &Self) -> Option<i64> {
        let rise = i128::from(self.value) - i128::from(above.value)
            + i128::from(above.left) * i128::from(above.price)
            - i128::from(self.left) * i128::from(self.price);
        let price = rise.checked_div(i128::from(above.left - self.left))?;
        let price = i64::try_from(price).ok()?;
        // The lines meet where one of them touches: the value is the least there.
        (self.price < price && price < above.price).then_some(price)
    }

    /// Its line at a price.
    pub(super) fn line_at(&self, price: i64) -> i64 {
        self.value + self.left * (price - self.price)
    }

    /// The price at which no table would be left or lacking if that went evenly.
    pub(super) fn evens(&self, above: &Self) -> i64 {
        let part = (above.price - self.price) * -self.left / (above.left - self.left).max(1);
        self.price + part.clamp(1, above.price - self.price - 1)
    }
}
