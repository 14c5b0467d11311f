/*
 * One ring for an attempt: how a delivery's telephone rings at most once for each attempt, whatever
 * dies (docs/decisions/0013). README.md has the invariants in words, and the Go function that each
 * step is.
 *
 * DELIVERIES are to be made to one telephone, each by two ATTEMPTS at most, while WORKERS servers look
 * at whatever is due, as the queue and the sweep have them do: any number of times, and at once. Time
 * passes in units of ten seconds, without end; times are kept as how long ago or ahead they are, up to
 * where that makes no difference any more.
 *
 * What differs only by which of two servers, or of two deliveries, does something is searched once:
 * the second begins only after the first.
 */
#ifndef DELIVERIES
#define DELIVERIES 1 /* or 2 */
#endif
#ifndef WORKERS
#define WORKERS 2    /* or 1 */
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 2
#endif
#ifndef LOST
#define LOST 1       /* how many answers of Twilio, webhooks, callbacks and servers are lost */
#endif
#ifndef SLOW
#define SLOW 1       /* how often a server is stopped, or slow, while it makes a call */
#endif

/* The times of internal/deliveries/dial.go and attempt.go, in units of ten seconds. */
#define dialWithin 1
#define clockSkew  1
#ifdef CLAIM_TOO_SHORT
#define dialClaim  1
#else
#define dialClaim  (dialWithin + clockSkew)
#endif
#ifdef APART_TOO_SHORT
#define apart      (dialWithin + clockSkew)
#else
#define apart      (dialWithin + 2*clockSkew) /* it is longer there */
#endif
#define pause      apart /* before the second attempt; no less there */
#define callLasts  1     /* five minutes there; any time says the same, as a call may end at any time */

#define CALLS (DELIVERIES*ATTEMPTS + 1)
#define never 255

mtype = { queued, calling, told, unanswered } /* of a delivery; the last two are final */
mtype = { rings, completed, no_one }          /* of a call */

/* The record of a delivery. */
mtype status[DELIVERIES] = queued;
byte attempt[DELIVERIES] = 1;
byte due_in[DELIVERIES];    /* 0: now */
bool began[DELIVERIES];
byte began_ago[DELIVERIES]; /* up to when no call of the attempt can be created any more */
byte call[DELIVERIES];      /* the CallSid of the present attempt; 0: not known */
bool opened[DELIVERIES];
bool said[DELIVERIES];      /* a call of the present attempt has really told what it had to */

/* The reservation of the telephone: the attempt, and for how long. */
byte holder, held_for;

/* Twilio's calls, from 1: the mark in their URLs, how far they are, how long ago they were created,
 * whether that was in the window of a delivery's present attempt, and whether they were answered. */
byte calls;
byte of_delivery[CALLS + 1], of_attempt[CALLS + 1];
mtype stands[CALLS + 1];
bool answered[CALLS + 1];   /* the turn that tells has its answer stored */
byte created_ago[CALLS + 1];
bool in_window[(CALLS + 1)*DELIVERIES];
#define window(c, d) in_window[(c)*DELIVERIES + (d)]
bool rung[DELIVERIES*ATTEMPTS];

/* The requests for a call whose answer nobody waits for any more: of what, and how long they may
 * still be on their way, or 0. */
byte arrives_in[LOST + 1], for_delivery[LOST + 1], for_attempt[LOST + 1];

/* What each server does: nothing; it looks at a delivery; it is about to make a call, in time or later
 * than dialWithin. And whether the attempt was begun since it has read it. */
#define rests   0
#define looks   1
#define in_time 2
#define too_late 3
byte at_it[WORKERS];
bool overtaken[WORKERS];

byte lost = LOST, slow = SLOW;
bool second; /* the second delivery may be looked at */

#define mark(d, a) ((d)*ATTEMPTS + (a))
#define final(d)   (status[d] == told || status[d] == unanswered)
#define all_final  (final(0) && final(DELIVERIES - 1))

#ifdef NO_REVISION
#define as_seen(d) true
#else
#define as_seen(d) (call[d] == 0 && !overtaken[me])
#endif
#ifdef NO_DEADLINE
#define late false
#else
#define late (at_it[me] == too_late)
#endif
#ifdef NO_OPENED
#define was_opened(d) true
#else
#define was_opened(d) opened[d]
#endif
#ifdef NO_ANSWERED
#define was_answered(c) true
#else
#define was_answered(c) answered[c]
#endif
#ifdef NOT_SWEPT
#define after_claim never
#else
#define after_claim (dialClaim - taken)
#endif
#define taken (at_it[me] - in_time) /* the time since it began to call */

/* ends makes a delivery final. */
inline ends(d, as) {
	status[d] = as; due_in[d] = 0; began[d] = false; began_ago[d] = 0; call[d] = 0; opened[d] = false; said[d] = false;
	forgets_window(d)
}

inline forgets_window(d) {
	byte x;
	for (x : 1 .. CALLS) { window(x, d) = false }
	x = 0
}

/* fails makes the next attempt the present one, or ends the delivery: Delivery.failed. */
inline fails(d) {
	if
	:: attempt[d] == ATTEMPTS -> ends(d, unanswered)
	:: else -> ends(d, queued); attempt[d]++; due_in[d] = pause
	fi
}

/* owns notes which call is the attempt's: Delivery.own. */
inline owns(d, c) {
	if
	:: call[d] != c -> call[d] = c; opened[d] = false; due_in[d] = callLasts
	:: else
	fi
}

/* over goes by what a call that is over has said: Deliveries.said. */
inline over(d, c) {
	if
	:: was_opened(d) && was_answered(c) ->
		assert(said[d]); /* R3: what counts as told was told */
		ends(d, told)
	:: else -> fails(d)
	fi
}

/* heard goes by how a call has ended: Deliveries.applyStatus. */
inline heard(d, c) {
	if
	:: stands[c] == completed -> over(d, c)
	:: stands[c] == no_one -> fails(d)
	:: stands[c] == rings
	fi
}

/* creates is Twilio, which makes a call for a request. */
inline creates(d, a) {
	assert(!rung[mark(d, a) - 1]); /* R1: a telephone rings once for an attempt */
	rung[mark(d, a) - 1] = true;
	calls++; of_delivery[calls] = d; of_attempt[calls] = a; stands[calls] = rings; created_ago[calls] = 0;
	window(calls, 0) = (began[0] && began_ago[0] <= dialWithin + clockSkew);
#if DELIVERIES > 1
	window(calls, 1) = (began[1] && began_ago[1] <= dialWithin + clockSkew)
#endif
}

/* A call goes its way: somebody answers and is told, or nobody does. Its webhooks bear the mark, and
 * can overtake the answer of the request that made it; they can be lost. */
active [CALLS] proctype Call() {
#define me (_pid + 1)
#define d  of_delivery[me]
#define present (attempt[d] == of_attempt[me] && !final(d))
end:
	if
	:: atomic { stands[me] == rings -> /* Deliveries.Opened */
		if
		:: present -> owns(d, me); opened[d] = true
		:: else -> stands[me] = completed; goto callback /* it tells nothing */
		fi
	   }
	:: atomic { stands[me] == rings && lost > 0 -> lost--; answered[me] = true; stands[me] = completed; goto callback } /* Opened failed: the answer is an apology */
	:: atomic { stands[me] == rings -> stands[me] = no_one; goto callback }
	fi;
	if
	:: atomic { /* its commit: the document is heard */
		answered[me] = true;
		if
		:: present && opened[d] -> said[d] = true
		:: else
		fi
	   }
	:: atomic { lost > 0 -> lost-- } /* an apology is heard */
	:: atomic { lost > 0 -> lost--; answered[me] = true }; /* the same, and the commit was carried out */
#ifndef NO_WITHDRAWAL
		answered[me] = false
#endif
	fi;
	stands[me] = completed;
callback:
	if
	:: atomic { /* Deliveries.Status */
		if
		:: present -> owns(d, me); heard(d, me)
		:: else
		fi
	   }
	:: atomic { lost > 0 -> lost-- }
	fi
#undef me
#undef d
#undef present
}

/* Request is a request to Twilio whose answer is lost. It arrives, or it doesn't. */
active [LOST] proctype Request() {
#define me (_pid - CALLS)
end:
	atomic {
		arrives_in[me] > 0 ->
		if
		:: creates(for_delivery[me], for_attempt[me])
		:: true
		fi;
		arrives_in[me] = 0; for_delivery[me] = 0; for_attempt[me] = 0
	}
#undef me
}

#define counted(left) left = (left == never || left == 0 -> left : left - 1)

#if WORKERS > 1
#define calling_now ((at_it[0] == in_time) + (at_it[1] == in_time))
#else
#define calling_now (at_it[0] == in_time)
#endif
#if LOST > 1
#define some_arrive (arrives_in[0] == 1 || arrives_in[1] == 1)
#else
#define some_arrive (arrives_in[0] == 1)
#endif

/* The clock. A request to Twilio that is on its way arrives within clockSkew after its sender has
 * given it up, so time waits for it. */
active proctype Clock() {
	byte i;
end:
	do
	:: d_step {
		!all_final && !some_arrive && calling_now <= slow ->
		for (i : 0 .. WORKERS - 1) {
			if
			:: at_it[i] == in_time -> at_it[i] = too_late; slow--
			:: else
			fi
		}
		for (i : 0 .. LOST - 1) { counted(arrives_in[i]) }
		for (i : 0 .. DELIVERIES - 1) {
			counted(due_in[i]);
			began_ago[i] = (began[i] && began_ago[i] <= dialWithin + clockSkew -> began_ago[i] + 1 : began_ago[i])
		}
		for (i : 1 .. CALLS) {
			created_ago[i] = (i <= calls && created_ago[i] <= clockSkew -> created_ago[i] + 1 : created_ago[i])
		}
		counted(held_for);
		holder = (held_for == 0 -> 0 : holder);
		i = 0
	   }
	:: all_final -> break
	od
}

#define me (_pid - CALLS - LOST - 1)

/* rest has a server forget what it has looked at. */
inline rest() { at_it[me] = rests; d = 0; a = 0; found = 0; overtaken[me] = false; goto idle }

/* reads has a server look at a delivery. */
inline reads(which) {
	d = which; at_it[me] = looks; a = attempt[d]; found = call[d];
	if
	:: found != 0 -> goto inquire
	:: found == 0 && began[d] -> goto find
	:: found == 0 && !began[d] -> goto ring
	fi
}

#define may_begin (me == 0 || at_it[0] != rests)

/* Worker is a server that runs attempts: Deliveries.Attempt. That it dies while it makes a call is
 * that it is slow there, and then finds that it is late, or that Twilio's answer is lost. */
active [WORKERS] proctype Worker() {
	byte d, a, found, i;
end:
idle:	if
	:: atomic { may_begin && !final(0) && due_in[0] == 0 -> second = (DELIVERIES > 1); reads(0) }
#if DELIVERIES > 1
	:: atomic { may_begin && second && !final(1) && due_in[1] == 0 -> reads(1) }
#endif
	:: all_final -> goto stop
	fi;
inquire: /* Deliveries.inquire: nobody has told its end */
	atomic {
#ifdef NO_INQUIRY
		due_in[d] = (call[d] == found -> never : due_in[d]);
#else
		if
		:: attempt[d] == a && !final(d) && call[d] == found -> due_in[d] = 1; heard(d, found)
		:: attempt[d] == a && !final(d) && call[d] == found && lost > 0 -> lost--; over(d, found) /* Twilio does not list it */
		:: else
		fi;
#endif
		rest()
	}
find:	/* Deliveries.find: what an earlier run has done is found out first */
	atomic {
#ifndef NO_FIND
		for (i : 1 .. CALLS) {
			found = (i <= calls && found == 0 && window(i, d) -> i : found)
		}
		i = 0;
#endif
		if
		:: found != 0 -> goto take
		:: else
		fi
	}
ring:	/* Deliveries.call */
	atomic {
		at_it[me] = in_time;
#ifndef NO_RESERVATION
		if /* Phones.Reserve */
		:: holder != 0 && holder != mark(d, a) -> rest() /* the queue keeps it until then */
		:: else -> holder = mark(d, a); held_for = apart
		fi
#endif
	}
#ifndef NO_BEGIN
	atomic { /* Deliveries.begin */
		if
		:: !late && attempt[d] == a && !final(d) && as_seen(d) ->
			began[d] = true; began_ago[d] = taken; due_in[d] = after_claim; status[d] = calling;
			for (i : 1 .. CALLS) { window(i, d) = (i <= calls && created_ago[i] <= clockSkew) }
			for (i : 0 .. WORKERS - 1) { overtaken[i] = (overtaken[i] || i != me && at_it[i] != rests) }
			i = 0
		:: else -> rest()
		fi
	}
#endif
	atomic { /* Deliveries.dial: within dialWithin of the beginning, or not at all */
		if
		:: late -> rest()
		:: !late -> creates(d, a); found = calls; at_it[me] = looks
		:: !late && lost > 0 -> /* the answer is lost, and the request arrives now, later, or never */
			lost--; arrives_in[lost] = dialWithin + clockSkew - taken;
			for_delivery[lost] = d; for_attempt[lost] = a;
			rest()
		fi
	}
take:	/* Deliveries.take */
	atomic {
		if
		:: attempt[d] == a && !final(d) && call[d] == 0 ->
			assert(of_delivery[found] == d && of_attempt[found] == a); /* R2: a call is taken for no other attempt's */
			owns(d, found); status[d] = calling;
			if
			:: stands[found] != rings -> fails(d) /* it could not say anything */
			:: else
			fi
		:: else
		fi;
		rest()
	}
stop:	skip
#undef me
}

/* R4: every delivery ends. */
ltl ends_at_last { <> all_final }
