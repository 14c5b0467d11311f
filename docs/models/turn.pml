/*
 * The turn protocol: how a webhook of a call is answered once, whatever dies. README.md has
 * the invariants in words, the Go function or script that each step is, and what is left out.
 *
 * Twilio posts the turns FROM to LAST of one call, one after the other: each once, possibly a
 * second time at any moment, and to the fallback URL when nothing came of the others. Each turn
 * makes one change, turn 0 too, which begins the call without a claim (docs/decisions/0007).
 *
 * A server that is killed, stopped or slow takes no further step for a while or ever. As every
 * order of steps is tried, a kill needs no step of its own, but for the answer that is lost.
 */
#ifndef FROM
#define FROM 1   /* the first turn that is posted; from 1 on the call stands already */
#endif
#ifndef LAST
#define LAST 1   /* the last one */
#endif
#ifndef TWICE
#define TWICE 1  /* how many webhooks are delivered twice */
#endif
#ifndef LOST
#define LOST 2   /* how many answers are lost: the server was killed, was slow or was cut off */
#endif
#ifndef LATE
#define LATE 1   /* how many scripts get no answer; each has run, runs later, or never does */
#endif

#define HOLDERS 2                     /* names of claims that one delivery may use */
#define TURNS   (LAST + 1)
#define RUNS    (TURNS*3*HOLDERS + 1) /* all names of claims; 0 is nobody */

/* What a caller is told of a turn. */
mtype = { done,      /* it is changed */
	  unchanged, /* it is not changed */
	  maybe }    /* it may be in force: try it first */

/* What a script answers. */
mtype = { no_answer, claimed, answered, in_progress, unanswered, yes, refused, too_late }

/* The scripts. */
mtype = { BEGIN, COMMIT, CHANGE }

/* The call's record, as in internal/redisstore/calls.go. A state or an answer is that of a
 * run, and a run is named by its claim. */
bool exists = (FROM > 0);
byte next = FROM;
byte state;          /* the run that the state is of */
byte claim;          /* the newest claim, */
byte claimed_turn;   /* and its turn */
byte answer[TURNS];  /* the run that the answer is of */

/* What is changed: the mark of a turn, how often its change was made, and whether the revision
 * that it goes by is past, by this change or by that of another call. */
bool mark[TURNS];
byte made[TURNS];
bool past[TURNS];

/* Of each run: what its answer says; whether the deadline of its changes is over; and whether
 * another has taken over its claim, as that has run out. */
mtype says[RUNS];
bool over[RUNS];
bool ran_out[RUNS];

/* Of each delivery of a webhook: what came of it, as far as Twilio knows, and the run whose
 * answer it is; 0 is an apology. */
mtype = { pending, given, failed }
mtype post[TURNS*3] = pending;
byte run_of[TURNS*3];

mtype told[TURNS];  /* what the caller was told of each turn; 0: nothing yet */
bool ended;         /* the call is over */
byte twice = TWICE, lost = LOST, late = LATE;

/* The scripts that have got no answer, and have not run yet. */
mtype late_op[LATE + 1];
byte late_turn[LATE + 1], late_me[LATE + 1];
bool late_first[LATE + 1];

/* The faults that can be put in. */
#ifdef DEADLINE_BY_SENDING
#define deadline_by_turn false
#else
#define deadline_by_turn true
#endif
#ifdef NO_CLAIM_CHECK
#define holds(me, turn) (next <= turn + 1)
#else
#define holds(me, turn) (claim == me && claimed_turn == turn)
#endif
#ifdef STATE_APART
#define apart true
#else
#define apart false
#endif
#ifdef NO_ONCE_KEY
#define marked(turn) false
#else
#define marked(turn) (mark[turn])
#endif
#ifdef NO_DEADLINE
#define in_time(me) true
#else
#define in_time(me) (!over[me])
#endif
#ifdef NO_REVISION
#define as_read(turn) true
#else
#define as_read(turn) (!past[turn])
#endif

#define stands (exists && claim != 0 && claimed_turn == next)

/* begin claims a turn. Whether a claim has run out is for the clock to say, and any time may
 * have passed. If it has, the deadline of its changes was before: Times.Own < Times.Lease. */
inline begin(turn, me, result, from) {
	if
	:: exists && answer[turn] != 0 -> result = answered
	:: else ->
		if
		:: stands && claim != me -> result = in_progress
		:: stands && claim != me ->
			over[claim] = over[claim] || deadline_by_turn;
			ran_out[claim] = true;
			result = claimed
		:: !(stands && claim != me) -> result = claimed
		fi;
		if
		:: result == claimed ->
			assert(!state || next == turn); /* T5: the call waits for this turn */
			exists = true; next = turn; claim = me; claimed_turn = turn; from = state
		:: else
		fi
	fi
}

/* look asks for the answer of a turn, and claims nothing. */
inline look(turn, result) {
	if
	:: exists && answer[turn] != 0 -> result = answered
	:: else -> result = unanswered
	fi
}

/* commit stores the answer and the state of a run, if its claim stands. */
inline commit(turn, me, first, result) {
	if
	:: !exists && !first -> result = refused
	:: !exists && first ->
		exists = true; claim = me; claimed_turn = turn;
		next = turn + 1; state = me; answer[turn] = me; result = yes
	:: exists && !holds(me, turn) -> state = (apart -> me : state); result = refused
	:: exists && holds(me, turn) && answer[turn] == me -> result = yes
	:: exists && holds(me, turn) && answer[turn] != me ->
		assert(answer[turn] == 0); /* T2: a turn has one answer */
		next = turn + 1; state = me; answer[turn] = me; result = yes
	fi
}

/* change makes the turn's change, unless the turn has made it, its deadline is over, or the
 * revision that it goes by is past; any time may have passed since it was sent. */
inline change(turn, me, result) {
	if
	:: true
	:: past[turn] = true /* another call has changed the same */
	fi;
	if
	:: marked(turn) -> result = yes
	:: !marked(turn) -> over[me] = true; result = too_late
	:: !marked(turn) && !as_read(turn) -> result = refused
	:: !marked(turn) && as_read(turn) && in_time(me) ->
		made[turn]++; mark[turn] = true; past[turn] = true;
		assert(made[turn] == 1);         /* T1: a change is made once */
		assert(told[turn] != unchanged); /* T3: nobody was told that it is not made */
		assert(!ran_out[me]);            /* T6: no change is made after the time of its turn */
		result = yes
	fi
}

/* no_answer_to has a script get no answer: it runs at some other time. */
inline no_answer_to(op, turn, me, first, result) {
	late > 0 -> late--;
	late_op[late] = op; late_turn[late] = turn; late_me[late] = me; late_first[late] = first;
	result = no_answer
}

inline send_begin() {
	if
	:: begin(turn, me, result, from)
	:: no_answer_to(BEGIN, turn, me, false, result)
	fi
}

inline send_commit() {
	if
	:: commit(turn, me, first, result)
	:: no_answer_to(COMMIT, turn, me, first, result)
	fi
}

inline send_change() {
	if
	:: change(turn, me, result)
	:: no_answer_to(CHANGE, turn, me, false, result)
	fi
}

/* Stalled is a Redis, or a network, that runs a script late. */
active [LATE] proctype Stalled() {
	mtype result;
	byte from;
#define turn late_turn[_pid]
#define me   late_me[_pid]
end:
	atomic {
		if
		:: late_op[_pid] == BEGIN -> begin(turn, me, result, from)
		:: late_op[_pid] == COMMIT -> commit(turn, me, late_first[_pid], result)
		:: late_op[_pid] == CHANGE -> change(turn, me, result)
		fi;
		late_op[_pid] = 0; turn = 0; me = 0; late_first[_pid] = false; result = 0; from = 0
	}
#undef turn
#undef me
}

/* gives hands an answer to Twilio, if it still waits. */
inline gives(whose) {
	if
	:: post[d] == pending -> run_of[d] = whose; post[d] = given
	:: else
	fi;
	result = 0; from = 0; words = 0; me = 0; first = false
}

/* Server answers one delivery of a webhook: Engine.Turn, which the fallback calls too. */
proctype Server(byte d, turn; bool fallback) {
	byte me = d*HOLDERS + 1, from;
	bool first = (turn == 0);
	mtype result, words;

#ifdef FALLBACK_FORGETS
	if
	:: fallback -> goto apology
	:: else
	fi;
#endif
#ifdef FALLBACK_RUNS_BLIND
	if
	:: fallback -> goto work
	:: else
	fi;
#endif
	if
	:: first -> goto work    /* Engine.first: its commit claims the turn */
	:: !first -> goto try
	:: fallback -> goto once_more /* its form lacks what the caller keyed */
	fi;
try:	/* Engine.try */
	atomic {
		first = false;
		send_begin();
		if
		:: result == no_answer -> result = 0; goto once_more
		:: result == answered -> gives(answer[turn]); goto end
#ifdef WAITS_FOREVER
		:: result == in_progress -> goto try
#else
		:: result == in_progress -> result = 0; goto once_more /* it waits for a while: staying at try is the same */
#endif
		:: result == claimed ->
			assert(turn == FROM || from == answer[turn-1]); /* T5: the state is that of the run that answered */
			from = 0; result = 0
		fi
	}
work:	/* Engine.carryOut */
	atomic { send_change() }
	atomic {
		if
		:: result == no_answer || result == too_late -> send_change() /* pins.Lines.Change tries twice */
		:: else
		fi;
		if
		:: result == yes -> words = done
		:: result == refused -> words = unchanged
#ifdef SORRY_SAYS_LESS
		:: result == no_answer || result == too_late -> words = unchanged
#else
		:: result == no_answer || result == too_late -> words = maybe /* Work.May */
#endif
		fi;
		says[me] = words; words = 0; result = 0
#ifdef FALLBACK_RUNS_BLIND
		;
		if
		:: fallback -> gives(me); goto end
		:: else
		fi
#endif
	}
	atomic {
		send_commit();
		if
		:: result == yes -> gives(me); goto end
		:: result == refused -> goto overtaken
		:: result == no_answer
		fi
	}
	atomic {
		send_commit(); /* the client repeats it after a broken connection */
		if
		:: result == yes -> gives(me); goto end
		:: result == refused -> goto overtaken
		:: result == no_answer -> result = 0; goto once_more
		fi
	}
overtaken: /* it goes the ordinary way, under another name */
	atomic {
		says[me] = 0; result = 0;
		if
		:: me == d*HOLDERS + 1 -> me++; goto try
		:: else
		fi
	}
once_more: /* the stored answer is looked for, see Times.Look */
	atomic {
		if
		:: look(turn, result)
		:: true -> result = no_answer
		fi;
		if
		:: result == answered -> gives(answer[turn]); goto end
		:: else
		fi
	}
apology:
	atomic { gives(0) }
end:
	skip
}

#ifdef FALLBACK_FORGETS
#define apology_of(d, turn) (d == turn*3 + 2 -> unchanged : maybe)
#else
#define apology_of(d, turn) maybe
#endif

/* hears is the caller, who is told what came of a turn. */
inline hears(d) {
	told[turn] = (run_of[d] == 0 -> apology_of(d, turn) : says[run_of[d]]);
	assert(run_of[d] == 0 || run_of[d] == answer[turn]);   /* T2: it is the turn's answer */
	assert(told[turn] != unchanged || made[turn] == 0);    /* T3: what is said not to be changed is not */
	assert(told[turn] != done || made[turn]);              /* T3: what is said to be changed is */
	if
	:: run_of[d] == 0 -> goto over_now /* an apology ends the call */
	:: else -> turn++; goto next_turn
	fi
}

inline gives_up(d) { lost--; run_of[d] = 0; post[d] = failed }

/* Twilio posts the webhooks, and hears the first answer of a turn. */
active proctype Twilio() {
	byte turn = FROM;
	bool second;
next_turn:
	atomic {
		second = false;
		if
		:: turn > LAST -> goto over_now
		:: else -> run Server(turn*3, turn, false)
		fi
	}
	do
	:: atomic { !second && twice > 0 -> twice--; second = true; run Server(turn*3 + 1, turn, false) }
	:: atomic { post[turn*3] == given -> hears(turn*3) }
	:: atomic { second && post[turn*3 + 1] == given -> hears(turn*3 + 1) }
	:: atomic { lost > 0 && post[turn*3] != failed -> gives_up(turn*3) }
	:: atomic { lost > 0 && second && post[turn*3 + 1] != failed -> gives_up(turn*3 + 1) }
	:: post[turn*3] == failed && (!second || post[turn*3 + 1] == failed) -> break
	od;
#ifdef NO_FALLBACK
	assert(lost + 2 <= LOST); /* T4: one fault leaves nobody without an answer */
#endif
	atomic { run Server(turn*3 + 2, turn, true) };
	if
	:: atomic { post[turn*3 + 2] == given -> hears(turn*3 + 2) }
	:: atomic {
		lost > 0 && post[turn*3 + 2] != failed -> gives_up(turn*3 + 2);
		assert(lost + 2 <= LOST) /* T4: one fault leaves nobody without an answer */
	   }
	fi;
over_now:
	ended = true
}

/* T4: the caller of every turn has an answer at last, or Twilio ends the call. */
ltl answered_at_last { <> ended }
