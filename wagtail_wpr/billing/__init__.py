"""Plans, prices and subscriptions. Rules never see them: they ask for entitlements, which are kept here."""
