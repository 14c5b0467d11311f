# Reads what go test -bench wrote, then bench.pairs, and prints the ratios.

# Benchmark names end in the number of processors: BenchmarkX-2.
FILENAME != ARGV[2] && /^Benchmark/ && $4 == "ns/op" {
	name = $1
	sub(/-[0-9]+$/, "", name)
	nanoseconds[name] = $3
}

FILENAME == ARGV[2] && NF && !/^#/ {
	ours = $1; yardstick = $2; aim = $3
	if (!(ours in nanoseconds) || !(yardstick in nanoseconds)) {
		print "not measured: " ours " against " yardstick
		missing = 1
		next
	}
	ratio = nanoseconds[yardstick] / nanoseconds[ours]
	printf "%s: %.2f times the rate of %s (aim: %s%s)\n", ours, ratio, yardstick, aim,
		ratio < aim ? ", MISSED" : ""
}

END { exit missing }
