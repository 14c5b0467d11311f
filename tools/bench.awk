# Reads what go test -bench wrote, then bench.pairs, and prints the ratios and the figures.
# Of a benchmark that ran more than once the median counts, as a machine has its moments.

function median(name, unit,    n, i, j, sorted, value) {
	n = runs[name, unit]
	for (i = 1; i <= n; i++) {
		value = measured[name, unit, i] + 0
		for (j = i; j > 1 && sorted[j - 1] > value; j--)
			sorted[j] = sorted[j - 1]
		sorted[j] = value
	}
	return sorted[int((n + 1) / 2)]
}

# Benchmark names end in the number of processors: BenchmarkX-2. Values stand before units.
FILENAME != ARGV[2] && /^Benchmark/ && $4 == "ns/op" {
	name = $1
	sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2)
		measured[name, $(i + 1), ++runs[name, $(i + 1)]] = $i
}

FILENAME != ARGV[2] || !NF || /^#/ { next }

$2 ~ /^Benchmark/ {
	ours = $1; yardstick = $2; aim = $3
	if (!((ours, "ns/op") in runs) || !((yardstick, "ns/op") in runs)) {
		print "not measured: " ours " against " yardstick
		missing = 1
		next
	}
	ratio = median(yardstick, "ns/op") / median(ours, "ns/op")
	printf "%s: %.2f times the rate of %s (aim: %s%s)\n", ours, ratio, yardstick, aim,
		ratio < aim ? ", MISSED" : ""
	next
}

{
	name = $1; unit = $2; sense = $3; aim = $4
	if (!((name, unit) in runs)) {
		print "not measured: " unit " of " name
		missing = 1
		next
	}
	value = median(name, unit)
	short = sense == "<=" ? value + 0 > aim + 0 : value + 0 < aim + 0
	printf "%s: %s %s%s\n", name, value, unit,
		aim == "" ? "" : " (aim: " sense " " aim (short ? ", MISSED" : "") ")"
}

END { exit missing }
