package ivr

// Unpack is how an engine reads what it has sealed.
var Unpack = unpack
