/*
 * Announced changes: how a change and its notice are one step, and the notice is told once, whoever
 * dies (docs/decisions/0010). README.md has the invariants in words, and the Go function or script that
 * each step is.
 *
 * CHANGES are made of one line, whose notices are one partition, while two servers look for partitions that are
 * due, any number of times. Another notice to the same telephone may wait for its call meanwhile: a
 * notice then joins that delivery.
 *
 * What differs only by which of the two servers does something is searched once: the second begins
 * only after the first.
 */
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef LOST
#define LOST 1 /* how many servers die */
#endif
#ifndef SLOW
#define SLOW 1 /* how many claims run out while their holder is still at it */
#endif

#define none    0
#define servers 2
#define dead    (servers + 1) /* claims by a server that died */

/* Of each change: whether Redis has made it, whether its notice is due, which delivery was noted for it
 * to join, and whether a delivery or a call tells it. */
bool made[CHANGES], due[CHANGES], in_other[CHANGES], created[CHANGES], joined[CHANGES];
bool under_way[CHANGES]; /* announced, and neither made nor given up */
bool ended[CHANGES];
bool lasts_on[CHANGES];  /* its announcement was a minute ago */

/* The partition: whether it is known, by whom it is claimed, and whether its last announcement was as long
 * ago as provisioning.AnnouncedFor. */
bool known, old;
byte claimed;

/* Of each server, from 1: whether it works on the partition; whether its claim has run out meanwhile; and
 * whether the last announcement was old at the time that it gives when it releases the partition. */
bool works[servers + 1], over[servers + 1], was_old[servers + 1];

mtype = { nobody, waits, opened } /* the other notice's delivery */
mtype other = nobody;

byte lost = LOST, slow = SLOW;

#define any_due      (due[0] || due[CHANGES - 1])
#define is_told(i)   (created[i] || joined[i])
#define made_told(i) (!made[i] || is_told(i))
#define all_told     (made_told(0) && made_told(CHANGES - 1))
#define all_ended    (ended[0] && ended[CHANGES - 1])

#ifdef NO_ONCE_KEY
#define stored(i) false
#else
#define stored(i) created[i]
#endif
#ifdef NO_JOINED_KEY
#define tells(i) false
#else
#define tells(i) joined[i]
#endif
#ifdef NO_DEADLINE
#define late false
#else
#define late over[me]
#endif
#ifdef CLAIM_STAYS
#define free (claimed == none)
#else
#define free (claimed == none || claimed == dead)
#endif

/* announce is announcePartition. */
inline announce() {
	known = true; old = false; was_old[1] = false; was_old[2] = false
}

/* Change is a turn, or a request, that changes something: announced first, then made with its notice in
 * one script, within a minute of that or not at all. */
active [CHANGES] proctype Change() {
#ifndef ANNOUNCED_AFTER
	atomic { announce(); under_way[_pid] = true; lasts_on[_pid] = false }
#endif
#ifdef NOTICE_APART
	due[_pid] = true;
#endif
	if
	:: atomic { /* changePIN, and others */
#ifndef LATE_CHANGE
		!lasts_on[_pid] ->
#endif
		made[_pid] = true;
#ifndef NOTICE_APART
		due[_pid] = true;
#endif
#ifndef ANNOUNCED_AFTER
		assert(known); /* N1: the partition of a notice is known */
#endif
		under_way[_pid] = false
	   }
	:: under_way[_pid] = false /* it is refused, or too late, or its server dies */
	fi;
#ifdef ANNOUNCED_AFTER
	if
	:: atomic { announce() }
	:: atomic { lost > 0 -> lost--; assert(known || !due[_pid]) } /* N1: the partition of a notice is known */
	fi;
#endif
	atomic { ended[_pid] = true; lasts_on[_pid] = false }
}

/* Telephone has another notice's delivery wait, and be opened. */
active proctype Telephone() {
end:
	other = waits;
	other = opened
}

/* The clock: a minute after the last announcement has passed. */
active proctype Clock() {
	byte i;
end:
	do
	:: atomic {
		known && !old -> old = true;
		for (i : 0 .. CHANGES - 1) { lasts_on[i] = under_way[i] }
		i = 0
	   }
	od
}

inline told_by(way) {
	assert(made[i]);     /* N3: nothing is told of a change that was not made */
	assert(!is_told(i)); /* N2: a notice is told once */
	way = true
}

#define dies atomic { lost > 0 -> lost--; claimed = (claimed == me -> dead : claimed); goto gone }

#define me (_pid - CHANGES - 1)
#define may_begin (me == 1 || works[1])

/* claims has a server claim the partition. */
inline claims() { claimed = me; works[me] = true }

/* Server tells what is due: Deliveries.tellDue. */
active [servers] proctype Server() {
	byte i;
	bool seen_in, nothing;
end:
idle:	if
	:: atomic { may_begin && known && free -> claims() }
	:: atomic { may_begin && known && !free && claimed != dead && slow > 0 -> slow--; over[claimed] = true; claims() } /* it ran out */
	fi;
next:	atomic { /* Next: the oldest notice */
		if
		:: over[me] -> goto gone
		:: !over[me] && !any_due -> goto release
		:: !over[me] && any_due -> i = (due[0] -> 0 : 1)
		fi;
		seen_in = in_other[i]
	}
#ifdef CLEARED_FIRST
	due[i] = false;
#endif
	if
	:: atomic { /* Deliveries.notified: by its key, or by the delivery that was noted */
		if
		:: (seen_in && tells(i)) || stored(i) -> goto clear
		:: else
		fi
	   }
	:: dies
	fi;
	if /* Deliveries.merge */
	:: atomic { other == waits && tells(i) -> goto clear }
	:: atomic { other == waits && !tells(i) -> goto note }
	:: atomic { other != waits -> goto create }
	fi;
note:	if
	:: atomic { /* Due.Note */
		if
		:: late || !due[i] || in_other[i] != seen_in -> goto again
		:: !late && due[i] && in_other[i] == seen_in -> in_other[i] = true; seen_in = true
		fi
	   }
	:: dies
	fi;
	if
	:: atomic {
		if
		:: late -> goto again
		:: !late && tells(i) -> goto clear
		:: !late && other == waits && !tells(i) -> told_by(joined[i]); goto clear
		:: !late && other != waits && !tells(i) -> goto create
		fi
	   }
	:: dies
	fi;
create:	if
	:: atomic { /* createDelivery, of the ID that the key stands for */
		if
		:: late -> goto again
		:: !late && stored(i)
		:: !late && !stored(i) -> told_by(created[i])
		fi
	   }
	:: dies
	fi;
clear:	if
	:: atomic { due[i] = false; i = 0; seen_in = false; goto next } /* Due.Delivered */
	:: dies
	fi;
again:	/* Release, to be tried again: it is due soon */
	atomic { claimed = (claimed == me -> none : claimed); goto gone }
release: /* Release, as the partition was found empty: it takes the time, looks once more, and forgets it */
#ifndef TIME_AFTER_LOOK
	was_old[me] = old;
#endif
#ifdef NO_SECOND_LOOK
	nothing = true;
#else
	nothing = !any_due;
#endif
#ifdef TIME_AFTER_LOOK
	was_old[me] = old;
#endif
	atomic { /* releasePartition */
		if
		:: claimed == me && nothing && was_old[me] ->
			claimed = none; known = false; old = false;
			assert(!any_due); /* N1: the partition of a notice is known */
			assert(all_told)  /* N4: a partition is forgotten when all that was changed is told */
		:: claimed == me && !(nothing && was_old[me]) -> claimed = none
		:: else
		fi
	}
gone:
	atomic { i = 0; seen_in = false; nothing = false; over[me] = false; was_old[me] = false; works[me] = false; goto idle }
#undef me
}

/* N5: what was changed is told at last. */
ltl told_at_last { <> (all_ended && all_told) }
