# Reads what go test -bench wrote, then bench.pairs, and prints the ratios and the figures.

# Benchmark names end in the number of processors: BenchmarkX-2. Values stand before units.
FILENAME != ARGV[2] && /^Benchmark/ && $4 == "ns/op" {
	name = $1
	sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2)
		measured[name, $(i + 1)] = $i
}

FILENAME != ARGV[2] || !NF || /^#/ { next }

$2 ~ /^Benchmark/ {
	ours = $1; yardstick = $2; aim = $3
	if (!((ours, "ns/op") in measured) || !((yardstick, "ns/op") in measured)) {
		print "not measured: " ours " against " yardstick
		missing = 1
		next
	}
	ratio = measured[yardstick, "ns/op"] / measured[ours, "ns/op"]
	printf "%s: %.2f times the rate of %s (aim: %s%s)\n", ours, ratio, yardstick, aim,
		ratio < aim ? ", MISSED" : ""
	next
}

{
	name = $1; unit = $2; sense = $3; aim = $4
	if (!((name, unit) in measured)) {
		print "not measured: " unit " of " name
		missing = 1
		next
	}
	value = measured[name, unit]
	short = sense == "<=" ? value + 0 > aim + 0 : value + 0 < aim + 0
	printf "%s: %s %s%s\n", name, value, unit,
		aim == "" ? "" : " (aim: " sense " " aim (short ? ", MISSED" : "") ")"
}

END { exit missing }
