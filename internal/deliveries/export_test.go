package deliveries

// ParseDue reads what Notice.Due wrote.
var ParseDue = parseDue
