#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* PROC Twilio */
	case 3: // STATE 1 - turn.pml:307 - [((turn>1))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][1] = 1;
		if (!((((int)((P2 *)_this)->turn)>1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.oval = ((P2 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->turn = 0;
		_m = 3; goto P999; /* 0 */
	case 4: // STATE 4 - turn.pml:309 - [d = (turn*3)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][4] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->d);
		((P2 *)_this)->d = (((int)((P2 *)_this)->turn)*3);
#ifdef VAR_RANGES
		logval("Twilio:d", ((int)((P2 *)_this)->d));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 5: // STATE 5 - turn.pml:310 - [second = 0] (0:7:2 - 1)
		IfNotBlocked
		reached[2][5] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)((P2 *)_this)->second);
		((P2 *)_this)->second = 0;
#ifdef VAR_RANGES
		logval("Twilio:second", ((int)((P2 *)_this)->second));
#endif
		;
		/* merge: lost_here = 0(7, 6, 7) */
		reached[2][6] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = 0;
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 6: // STATE 7 - turn.pml:310 - [(run Server(d,turn,0))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][7] = 1;
		if (!(addproc(II, 1, 1, ((int)((P2 *)_this)->d), ((int)((P2 *)_this)->turn), 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 7: // STATE 9 - turn.pml:312 - [(((!(second)&&(twice>0))&&(post[d]!=1)))] (12:0:3 - 1)
		IfNotBlocked
		reached[2][9] = 1;
		if (!((( !(((int)((P2 *)_this)->second))&&(((int)now.twice)>0))&&(((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ])!=1))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: second */  (trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((P2 *)_this)->second;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->second = 0;
		/* merge: twice = (twice-1)(12, 10, 12) */
		reached[2][10] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.twice);
		now.twice = (((int)now.twice)-1);
#ifdef VAR_RANGES
		logval("twice", ((int)now.twice));
#endif
		;
		/* merge: second = 1(12, 11, 12) */
		reached[2][11] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->second);
		((P2 *)_this)->second = 1;
#ifdef VAR_RANGES
		logval("Twilio:second", ((int)((P2 *)_this)->second));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 8: // STATE 12 - turn.pml:312 - [(run Server((d+1),turn,0))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][12] = 1;
		if (!(addproc(II, 1, 1, (((int)((P2 *)_this)->d)+1), ((int)((P2 *)_this)->turn), 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 9: // STATE 14 - turn.pml:313 - [((post[d]==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][14] = 1;
		if (!((((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ])==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 10: // STATE 15 - turn.pml:296 - [told[turn] = words_of[d]] (0:67:2 - 1)
		IfNotBlocked
		reached[2][15] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]);
		now.told[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.words_of[ Index(((int)((P2 *)_this)->d), 6) ]);
#ifdef VAR_RANGES
		logval("told[Twilio:turn]", ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: told_by[turn] = run_of[d](67, 16, 67) */
		reached[2][16] = 1;
		(trpt+1)->bup.ovals[1] = ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]);
		told_by[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.run_of[ Index(((int)((P2 *)_this)->d), 6) ]);
#ifdef VAR_RANGES
		logval("told_by[Twilio:turn]", ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert(((told[turn]!=2)||(made[turn]==0)))(67, 17, 67) */
		reached[2][17] = 1;
		spin_assert(((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=2)||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==0)), "((told[turn]!=2)||(made[turn]==0))", II, tt, t);
		/* merge: assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))(67, 18, 67) */
		reached[2][18] = 1;
		spin_assert((((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=1)||(((int)((P2 *)_this)->turn)==0))||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==1)), "(((told[turn]!=1)||(turn==0))||(made[turn]==1))", II, tt, t);
		/* merge: goto heard(67, 20, 67) */
		reached[2][20] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 11: // STATE 22 - turn.pml:314 - [((second&&(post[(d+1)]==1)))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][22] = 1;
		if (!((((int)((P2 *)_this)->second)&&(((int)now.post[ Index((((int)((P2 *)_this)->d)+1), 6) ])==1))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: second */  (trpt+1)->bup.oval = ((P2 *)_this)->second;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->second = 0;
		_m = 3; goto P999; /* 0 */
	case 12: // STATE 23 - turn.pml:296 - [told[turn] = words_of[(d+1)]] (0:67:3 - 1)
		IfNotBlocked
		reached[2][23] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]);
		now.told[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.words_of[ Index((((int)((P2 *)_this)->d)+1), 6) ]);
#ifdef VAR_RANGES
		logval("told[Twilio:turn]", ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: told_by[turn] = run_of[(d+1)](67, 24, 67) */
		reached[2][24] = 1;
		(trpt+1)->bup.ovals[1] = ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]);
		told_by[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.run_of[ Index((((int)((P2 *)_this)->d)+1), 6) ]);
#ifdef VAR_RANGES
		logval("told_by[Twilio:turn]", ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert(((told[turn]!=2)||(made[turn]==0)))(67, 25, 67) */
		reached[2][25] = 1;
		spin_assert(((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=2)||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==0)), "((told[turn]!=2)||(made[turn]==0))", II, tt, t);
		/* merge: assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))(67, 26, 67) */
		reached[2][26] = 1;
		spin_assert((((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=1)||(((int)((P2 *)_this)->turn)==0))||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==1)), "(((told[turn]!=1)||(turn==0))||(made[turn]==1))", II, tt, t);
		/* merge: d = (d+1)(67, 28, 67) */
		reached[2][28] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->d);
		((P2 *)_this)->d = (((int)((P2 *)_this)->d)+1);
#ifdef VAR_RANGES
		logval("Twilio:d", ((int)((P2 *)_this)->d));
#endif
		;
		/* merge: goto heard(67, 29, 67) */
		reached[2][29] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 13: // STATE 31 - turn.pml:315 - [(((post[d]==0)&&(lost>0)))] (43:0:3 - 1)
		IfNotBlocked
		reached[2][31] = 1;
		if (!(((((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ])==0)&&(((int)now.lost)>0))))
			continue;
		/* merge: lost = (lost-1)(43, 32, 43) */
		reached[2][32] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(43, 33, 43) */
		reached[2][33] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(43, 34, 43) */
		reached[2][34] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ]);
		now.post[ Index(((P2 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Twilio:d]", ((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ]));
#endif
		;
		/* merge: .(goto)(0, 44, 43) */
		reached[2][44] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 14: // STATE 36 - turn.pml:316 - [(((second&&(post[(d+1)]==0))&&(lost>0)))] (43:0:3 - 1)
		IfNotBlocked
		reached[2][36] = 1;
		if (!(((((int)((P2 *)_this)->second)&&(((int)now.post[ Index((((int)((P2 *)_this)->d)+1), 6) ])==0))&&(((int)now.lost)>0))))
			continue;
		/* merge: lost = (lost-1)(43, 37, 43) */
		reached[2][37] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(43, 38, 43) */
		reached[2][38] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[(d+1)] = 2(43, 39, 43) */
		reached[2][39] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index((((int)((P2 *)_this)->d)+1), 6) ]);
		now.post[ Index((((P2 *)_this)->d+1), 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[(Twilio:d+1)]", ((int)now.post[ Index((((int)((P2 *)_this)->d)+1), 6) ]));
#endif
		;
		/* merge: .(goto)(0, 44, 43) */
		reached[2][44] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 15: // STATE 41 - turn.pml:317 - [(((post[d]==2)&&(!(second)||(post[(d+1)]==2))))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][41] = 1;
		if (!(((((int)now.post[ Index(((int)((P2 *)_this)->d), 6) ])==2)&&( !(((int)((P2 *)_this)->second))||(((int)now.post[ Index((((int)((P2 *)_this)->d)+1), 6) ])==2)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: second */  (trpt+1)->bup.oval = ((P2 *)_this)->second;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->second = 0;
		_m = 3; goto P999; /* 0 */
	case 16: // STATE 46 - turn.pml:319 - [(run Server((d+2),turn,1))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][46] = 1;
		if (!(addproc(II, 1, 1, (((int)((P2 *)_this)->d)+2), ((int)((P2 *)_this)->turn), 1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 17: // STATE 48 - turn.pml:321 - [((post[(d+2)]==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][48] = 1;
		if (!((((int)now.post[ Index((((int)((P2 *)_this)->d)+2), 6) ])==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 18: // STATE 49 - turn.pml:296 - [told[turn] = words_of[(d+2)]] (0:67:3 - 1)
		IfNotBlocked
		reached[2][49] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]);
		now.told[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.words_of[ Index((((int)((P2 *)_this)->d)+2), 6) ]);
#ifdef VAR_RANGES
		logval("told[Twilio:turn]", ((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: told_by[turn] = run_of[(d+2)](67, 50, 67) */
		reached[2][50] = 1;
		(trpt+1)->bup.ovals[1] = ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]);
		told_by[ Index(((P2 *)_this)->turn, 2) ] = ((int)now.run_of[ Index((((int)((P2 *)_this)->d)+2), 6) ]);
#ifdef VAR_RANGES
		logval("told_by[Twilio:turn]", ((int)told_by[ Index(((int)((P2 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert(((told[turn]!=2)||(made[turn]==0)))(67, 51, 67) */
		reached[2][51] = 1;
		spin_assert(((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=2)||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==0)), "((told[turn]!=2)||(made[turn]==0))", II, tt, t);
		/* merge: assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))(67, 52, 67) */
		reached[2][52] = 1;
		spin_assert((((((int)now.told[ Index(((int)((P2 *)_this)->turn), 2) ])!=1)||(((int)((P2 *)_this)->turn)==0))||(((int)now.made[ Index(((int)((P2 *)_this)->turn), 2) ])==1)), "(((told[turn]!=1)||(turn==0))||(made[turn]==1))", II, tt, t);
		/* merge: d = (d+2)(67, 54, 67) */
		reached[2][54] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->d);
		((P2 *)_this)->d = (((int)((P2 *)_this)->d)+2);
#ifdef VAR_RANGES
		logval("Twilio:d", ((int)((P2 *)_this)->d));
#endif
		;
		/* merge: .(goto)(0, 62, 67) */
		reached[2][62] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 19: // STATE 56 - turn.pml:322 - [((post[(d+2)]==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][56] = 1;
		if (!((((int)now.post[ Index((((int)((P2 *)_this)->d)+2), 6) ])==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: d */  (trpt+1)->bup.oval = ((P2 *)_this)->d;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->d = 0;
		_m = 3; goto P999; /* 0 */
	case 20: // STATE 57 - turn.pml:323 - [dead = 1] (0:72:1 - 1)
		IfNotBlocked
		reached[2][57] = 1;
		(trpt+1)->bup.oval = ((int)dead);
		dead = 1;
#ifdef VAR_RANGES
		logval("dead", ((int)dead));
#endif
		;
		/* merge: assert((lost_here>=2))(72, 58, 72) */
		reached[2][58] = 1;
		spin_assert((((int)now.lost_here)>=2), "(lost_here>=2)", II, tt, t);
		/* merge: goto over_now(0, 60, 72) */
		reached[2][60] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 21: // STATE 63 - turn.pml:328 - [((run_of[d]==0))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][63] = 1;
		if (!((((int)now.run_of[ Index(((int)((P2 *)_this)->d), 6) ])==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: d */  (trpt+1)->bup.oval = ((P2 *)_this)->d;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->d = 0;
		_m = 3; goto P999; /* 0 */
	case 22: // STATE 66 - turn.pml:329 - [turn = (turn+1)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][66] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->turn);
		((P2 *)_this)->turn = (((int)((P2 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("Twilio:turn", ((int)((P2 *)_this)->turn));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 23: // STATE 72 - turn.pml:333 - [ended = 1] (0:0:1 - 7)
		IfNotBlocked
		reached[2][72] = 1;
		(trpt+1)->bup.oval = ((int)ended);
		ended = 1;
#ifdef VAR_RANGES
		logval("ended", ((int)ended));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 24: // STATE 73 - turn.pml:334 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[2][73] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC Server */
	case 25: // STATE 2 - turn.pml:195 - [((lost>0))] (516:0:3 - 1)
		IfNotBlocked
		reached[1][2] = 1;
		if (!((((int)now.lost)>0)))
			continue;
		/* merge: lost = (lost-1)(516, 3, 516) */
		reached[1][3] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(516, 4, 516) */
		reached[1][4] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(516, 5, 516) */
		reached[1][5] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 6, 516) */
		reached[1][6] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 26: // STATE 10 - turn.pml:203 - [(first)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][10] = 1;
		if (!(((int)((P1 *)_this)->first)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 27: // STATE 15 - turn.pml:207 - [first = 0] (0:0:1 - 5)
		IfNotBlocked
		reached[1][15] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->first);
		((P1 *)_this)->first = 0;
#ifdef VAR_RANGES
		logval("Server:first", ((int)((P1 *)_this)->first));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 28: // STATE 16 - turn.pml:168 - [result = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][16] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 29: // STATE 17 - turn.pml:159 - [((1==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][17] = 1;
		if (!((1==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 30: // STATE 18 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (106:0:1 - 1)
		IfNotBlocked
		reached[1][18] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])!=0))))
			continue;
		/* merge: result = 2(106, 19, 106) */
		reached[1][19] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 40, 106) */
		reached[1][40] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 31: // STATE 21 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (37:0:1 - 1)
		IfNotBlocked
		reached[1][21] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 22, 37) */
		reached[1][22] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 29, 37) */
		reached[1][29] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 32: // STATE 23 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (37:0:2 - 1)
		IfNotBlocked
		reached[1][23] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(37, 24, 37) */
		reached[1][24] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(37, 25, 37) */
		reached[1][25] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 29, 37) */
		reached[1][29] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 33: // STATE 27 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][27] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 34: // STATE 30 - turn.pml:103 - [((result==1))] (106:0:4 - 1)
		IfNotBlocked
		reached[1][30] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		/* merge: assert((!(state)||(next==turn)))(106, 31, 106) */
		reached[1][31] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P1 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(106, 32, 106) */
		reached[1][32] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(106, 33, 106) */
		reached[1][33] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.next);
		now.next = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(106, 34, 106) */
		reached[1][34] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(106, 35, 106) */
		reached[1][35] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(106, 38, 106) */
		reached[1][38] = 1;
		;
		/* merge: .(goto)(106, 40, 106) */
		reached[1][40] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 35: // STATE 84 - turn.pml:163 - [.(goto)] (0:106:0 - 16)
		IfNotBlocked
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 36: // STATE 42 - turn.pml:160 - [((1==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][42] = 1;
		if (!((1==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 37: // STATE 43 - turn.pml:114 - [((!(exists)&&!(0)))] (106:0:1 - 1)
		IfNotBlocked
		reached[1][43] = 1;
		if (!(( !(((int)now.exists))&& !(0))))
			continue;
		/* merge: result = 5(106, 44, 106) */
		reached[1][44] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 64, 106) */
		reached[1][64] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 38: // STATE 45 - turn.pml:115 - [((!(exists)&&0))] (106:0:7 - 1)
		IfNotBlocked
		reached[1][45] = 1;
		if (!(( !(((int)now.exists))&&0)))
			continue;
		/* merge: exists = 1(106, 46, 106) */
		reached[1][46] = 1;
		(trpt+1)->bup.ovals = grab_ints(7);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(106, 47, 106) */
		reached[1][47] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(106, 48, 106) */
		reached[1][48] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(106, 49, 106) */
		reached[1][49] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(106, 50, 106) */
		reached[1][50] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(106, 51, 106) */
		reached[1][51] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(106, 52, 106) */
		reached[1][52] = 1;
		(trpt+1)->bup.ovals[6] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 64, 106) */
		reached[1][64] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 39: // STATE 53 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (106:0:1 - 1)
		IfNotBlocked
		reached[1][53] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P1 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P1 *)_this)->turn))))))
			continue;
		/* merge: result = 5(106, 54, 106) */
		reached[1][54] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 64, 106) */
		reached[1][64] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 40: // STATE 55 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (106:0:1 - 1)
		IfNotBlocked
		reached[1][55] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==(((int)((P1 *)_this)->turn)+1)))))
			continue;
		/* merge: result = 4(106, 56, 106) */
		reached[1][56] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 64, 106) */
		reached[1][64] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 41: // STATE 57 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (106:0:4 - 1)
		IfNotBlocked
		reached[1][57] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==((int)((P1 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(106, 58, 106) */
		reached[1][58] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(106, 59, 106) */
		reached[1][59] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(106, 60, 106) */
		reached[1][60] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(106, 61, 106) */
		reached[1][61] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(106, 62, 106) */
		reached[1][62] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 64, 106) */
		reached[1][64] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 42: // STATE 66 - turn.pml:161 - [((1==3))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][66] = 1;
		if (!((1==3)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 43: // STATE 67 - turn.pml:136 - [(mark[turn])] (106:0:1 - 1)
		IfNotBlocked
		reached[1][67] = 1;
		if (!(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ])))
			continue;
		/* merge: result = 4(106, 68, 106) */
		reached[1][68] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 81, 106) */
		reached[1][81] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 44: // STATE 69 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (106:0:1 - 1)
		IfNotBlocked
		reached[1][69] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]))))
			continue;
		/* merge: result = 6(106, 70, 106) */
		reached[1][70] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 81, 106) */
		reached[1][81] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 45: // STATE 71 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (106:0:2 - 1)
		IfNotBlocked
		reached[1][71] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: over[me] = 1(106, 72, 106) */
		reached[1][72] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.over[ Index(((P1 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Server:me]", ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(106, 73, 106) */
		reached[1][73] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 81, 106) */
		reached[1][81] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 46: // STATE 74 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (106:0:3 - 1)
		IfNotBlocked
		reached[1][74] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: mark[turn] = 1(106, 75, 106) */
		reached[1][75] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Server:turn]", ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(106, 76, 106) */
		reached[1][76] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.made[ Index(((P1 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Server:turn]", ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(106, 77, 106) */
		reached[1][77] = 1;
		spin_assert((((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(106, 78, 106) */
		reached[1][78] = 1;
		spin_assert((((int)now.told[ Index(((int)((P1 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(106, 79, 106) */
		reached[1][79] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(106, 81, 106) */
		reached[1][81] = 1;
		;
		/* merge: .(goto)(106, 84, 106) */
		reached[1][84] = 1;
		;
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 47: // STATE 90 - turn.pml:173 - [.(goto)] (0:106:0 - 2)
		IfNotBlocked
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 0 */
	case 48: // STATE 86 - turn.pml:171 - [((late>0))] (88:0:1 - 1)
		IfNotBlocked
		reached[1][86] = 1;
		if (!((((int)now.late)>0)))
			continue;
		/* merge: late = (late-1)(0, 87, 88) */
		reached[1][87] = 1;
		(trpt+1)->bup.oval = ((int)now.late);
		now.late = (((int)now.late)-1);
#ifdef VAR_RANGES
		logval("late", ((int)now.late));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 49: // STATE 88 - turn.pml:171 - [stalled!1,turn,me,0] (106:0:0 - 1)
		IfNotBlocked
		reached[1][88] = 1;
		if (q_full(now.stalled))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.stalled);
		sprintf(simtmp, "%d", 1); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 0); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.stalled, 0, 1, ((int)((P1 *)_this)->turn), ((int)((P1 *)_this)->me), 0, 4);
		/* merge: .(goto)(106, 90, 106) */
		reached[1][90] = 1;
		;
		_m = 2; goto P999; /* 1 */
	case 50: // STATE 93 - turn.pml:216 - [((result==0))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][93] = 1;
		if (!((((int)((P1 *)_this)->result)==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.oval = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		_m = 3; goto P999; /* 0 */
	case 51: // STATE 95 - turn.pml:217 - [((result==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][95] = 1;
		if (!((((int)((P1 *)_this)->result)==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 52: // STATE 97 - turn.pml:218 - [(((result==3)&&(polls<1)))] (15:0:2 - 1)
		IfNotBlocked
		reached[1][97] = 1;
		if (!(((((int)((P1 *)_this)->result)==3)&&(((int)((P1 *)_this)->polls)<1))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		/* merge: polls = (polls+1)(0, 98, 15) */
		reached[1][98] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->polls);
		((P1 *)_this)->polls = (((int)((P1 *)_this)->polls)+1);
#ifdef VAR_RANGES
		logval("Server:polls", ((int)((P1 *)_this)->polls));
#endif
		;
		/* merge: goto try(0, 99, 15) */
		reached[1][99] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 53: // STATE 100 - turn.pml:219 - [(((result==3)&&(polls==1)))] (0:0:2 - 1)
		IfNotBlocked
		reached[1][100] = 1;
		if (!(((((int)((P1 *)_this)->result)==3)&&(((int)((P1 *)_this)->polls)==1))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: polls */  (trpt+1)->bup.ovals[1] = ((P1 *)_this)->polls;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->polls = 0;
		_m = 3; goto P999; /* 0 */
	case 54: // STATE 102 - turn.pml:220 - [((result==1))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][102] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.oval = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		_m = 3; goto P999; /* 0 */
	case 55: // STATE 103 - turn.pml:220 - [from = state] (0:115:1 - 1)
		IfNotBlocked
		reached[1][103] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->from);
		((P1 *)_this)->from = ((int)now.state);
#ifdef VAR_RANGES
		logval("Server:from", ((int)((P1 *)_this)->from));
#endif
		;
		/* merge: assert(((turn==0)||(from==answer[(turn-1)])))(115, 104, 115) */
		reached[1][104] = 1;
		spin_assert(((((int)((P1 *)_this)->turn)==0)||(((int)((P1 *)_this)->from)==((int)now.answer[ Index((((int)((P1 *)_this)->turn)-1), 2) ]))), "((turn==0)||(from==answer[(turn-1)]))", II, tt, t);
		/* merge: .(goto)(0, 107, 115) */
		reached[1][107] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 56: // STATE 109 - turn.pml:222 - [((lost>0))] (516:0:3 - 1)
		IfNotBlocked
		reached[1][109] = 1;
		if (!((((int)now.lost)>0)))
			continue;
		/* merge: lost = (lost-1)(516, 110, 516) */
		reached[1][110] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(516, 111, 516) */
		reached[1][111] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(516, 112, 516) */
		reached[1][112] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 113, 516) */
		reached[1][113] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 57: // STATE 117 - turn.pml:226 - [((turn==0))] (295:0:1 - 1)
		IfNotBlocked
		reached[1][117] = 1;
		if (!((((int)((P1 *)_this)->turn)==0)))
			continue;
		/* merge: words = 1(0, 118, 295) */
		reached[1][118] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 1;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(0, 287, 295) */
		reached[1][287] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 58: // STATE 119 - turn.pml:235 - [((turn>0))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][119] = 1;
		if (!((((int)((P1 *)_this)->turn)>0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 59: // STATE 120 - turn.pml:168 - [result = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][120] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 60: // STATE 121 - turn.pml:159 - [((3==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][121] = 1;
		if (!((3==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 61: // STATE 122 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (276:0:1 - 1)
		IfNotBlocked
		reached[1][122] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])!=0))))
			continue;
		/* merge: result = 2(276, 123, 276) */
		reached[1][123] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 144, 276) */
		reached[1][144] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 62: // STATE 125 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (141:0:1 - 1)
		IfNotBlocked
		reached[1][125] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 126, 141) */
		reached[1][126] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 133, 141) */
		reached[1][133] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 63: // STATE 127 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (141:0:2 - 1)
		IfNotBlocked
		reached[1][127] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(141, 128, 141) */
		reached[1][128] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(141, 129, 141) */
		reached[1][129] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 133, 141) */
		reached[1][133] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 64: // STATE 131 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][131] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 65: // STATE 134 - turn.pml:103 - [((result==1))] (276:0:4 - 1)
		IfNotBlocked
		reached[1][134] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		/* merge: assert((!(state)||(next==turn)))(276, 135, 276) */
		reached[1][135] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P1 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(276, 136, 276) */
		reached[1][136] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(276, 137, 276) */
		reached[1][137] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.next);
		now.next = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(276, 138, 276) */
		reached[1][138] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(276, 139, 276) */
		reached[1][139] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(276, 142, 276) */
		reached[1][142] = 1;
		;
		/* merge: .(goto)(276, 144, 276) */
		reached[1][144] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 66: // STATE 188 - turn.pml:163 - [.(goto)] (0:276:0 - 16)
		IfNotBlocked
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 67: // STATE 146 - turn.pml:160 - [((3==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][146] = 1;
		if (!((3==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 68: // STATE 147 - turn.pml:114 - [((!(exists)&&!(0)))] (276:0:1 - 1)
		IfNotBlocked
		reached[1][147] = 1;
		if (!(( !(((int)now.exists))&& !(0))))
			continue;
		/* merge: result = 5(276, 148, 276) */
		reached[1][148] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 168, 276) */
		reached[1][168] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 69: // STATE 149 - turn.pml:115 - [((!(exists)&&0))] (276:0:7 - 1)
		IfNotBlocked
		reached[1][149] = 1;
		if (!(( !(((int)now.exists))&&0)))
			continue;
		/* merge: exists = 1(276, 150, 276) */
		reached[1][150] = 1;
		(trpt+1)->bup.ovals = grab_ints(7);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(276, 151, 276) */
		reached[1][151] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(276, 152, 276) */
		reached[1][152] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(276, 153, 276) */
		reached[1][153] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(276, 154, 276) */
		reached[1][154] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(276, 155, 276) */
		reached[1][155] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(276, 156, 276) */
		reached[1][156] = 1;
		(trpt+1)->bup.ovals[6] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 168, 276) */
		reached[1][168] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 70: // STATE 157 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (276:0:1 - 1)
		IfNotBlocked
		reached[1][157] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P1 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P1 *)_this)->turn))))))
			continue;
		/* merge: result = 5(276, 158, 276) */
		reached[1][158] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 168, 276) */
		reached[1][168] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 71: // STATE 159 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (276:0:1 - 1)
		IfNotBlocked
		reached[1][159] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==(((int)((P1 *)_this)->turn)+1)))))
			continue;
		/* merge: result = 4(276, 160, 276) */
		reached[1][160] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 168, 276) */
		reached[1][168] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 72: // STATE 161 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (276:0:4 - 1)
		IfNotBlocked
		reached[1][161] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==((int)((P1 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(276, 162, 276) */
		reached[1][162] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(276, 163, 276) */
		reached[1][163] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(276, 164, 276) */
		reached[1][164] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(276, 165, 276) */
		reached[1][165] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(276, 166, 276) */
		reached[1][166] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 168, 276) */
		reached[1][168] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 73: // STATE 170 - turn.pml:161 - [((3==3))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][170] = 1;
		if (!((3==3)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 74: // STATE 171 - turn.pml:136 - [(mark[turn])] (276:0:1 - 1)
		IfNotBlocked
		reached[1][171] = 1;
		if (!(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ])))
			continue;
		/* merge: result = 4(276, 172, 276) */
		reached[1][172] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 185, 276) */
		reached[1][185] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 75: // STATE 173 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (276:0:1 - 1)
		IfNotBlocked
		reached[1][173] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]))))
			continue;
		/* merge: result = 6(276, 174, 276) */
		reached[1][174] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 185, 276) */
		reached[1][185] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 76: // STATE 175 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (276:0:2 - 1)
		IfNotBlocked
		reached[1][175] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: over[me] = 1(276, 176, 276) */
		reached[1][176] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.over[ Index(((P1 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Server:me]", ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(276, 177, 276) */
		reached[1][177] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 185, 276) */
		reached[1][185] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 77: // STATE 178 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (276:0:3 - 1)
		IfNotBlocked
		reached[1][178] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: mark[turn] = 1(276, 179, 276) */
		reached[1][179] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Server:turn]", ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(276, 180, 276) */
		reached[1][180] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.made[ Index(((P1 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Server:turn]", ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(276, 181, 276) */
		reached[1][181] = 1;
		spin_assert((((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(276, 182, 276) */
		reached[1][182] = 1;
		spin_assert((((int)now.told[ Index(((int)((P1 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(276, 183, 276) */
		reached[1][183] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(276, 185, 276) */
		reached[1][185] = 1;
		;
		/* merge: .(goto)(276, 188, 276) */
		reached[1][188] = 1;
		;
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 78: // STATE 194 - turn.pml:173 - [.(goto)] (0:276:0 - 2)
		IfNotBlocked
		reached[1][194] = 1;
		;
		_m = 3; goto P999; /* 0 */
	case 79: // STATE 190 - turn.pml:171 - [((late>0))] (192:0:1 - 1)
		IfNotBlocked
		reached[1][190] = 1;
		if (!((((int)now.late)>0)))
			continue;
		/* merge: late = (late-1)(0, 191, 192) */
		reached[1][191] = 1;
		(trpt+1)->bup.oval = ((int)now.late);
		now.late = (((int)now.late)-1);
#ifdef VAR_RANGES
		logval("late", ((int)now.late));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 80: // STATE 192 - turn.pml:171 - [stalled!3,turn,me,0] (276:0:0 - 1)
		IfNotBlocked
		reached[1][192] = 1;
		if (q_full(now.stalled))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.stalled);
		sprintf(simtmp, "%d", 3); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 0); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.stalled, 0, 3, ((int)((P1 *)_this)->turn), ((int)((P1 *)_this)->me), 0, 4);
		/* merge: .(goto)(276, 194, 276) */
		reached[1][194] = 1;
		;
		_m = 2; goto P999; /* 1 */
	case 81: // STATE 197 - turn.pml:238 - [((result==0))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][197] = 1;
		if (!((((int)((P1 *)_this)->result)==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.oval = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		_m = 3; goto P999; /* 0 */
	case 82: // STATE 198 - turn.pml:168 - [result = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][198] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 83: // STATE 199 - turn.pml:159 - [((3==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][199] = 1;
		if (!((3==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 84: // STATE 200 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (284:0:1 - 1)
		IfNotBlocked
		reached[1][200] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])!=0))))
			continue;
		/* merge: result = 2(284, 201, 284) */
		reached[1][201] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 222, 284) */
		reached[1][222] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 85: // STATE 203 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (219:0:1 - 1)
		IfNotBlocked
		reached[1][203] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 204, 219) */
		reached[1][204] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 211, 219) */
		reached[1][211] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 86: // STATE 205 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (219:0:2 - 1)
		IfNotBlocked
		reached[1][205] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(219, 206, 219) */
		reached[1][206] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(219, 207, 219) */
		reached[1][207] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 211, 219) */
		reached[1][211] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 87: // STATE 209 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][209] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 88: // STATE 212 - turn.pml:103 - [((result==1))] (284:0:4 - 1)
		IfNotBlocked
		reached[1][212] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		/* merge: assert((!(state)||(next==turn)))(284, 213, 284) */
		reached[1][213] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P1 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(284, 214, 284) */
		reached[1][214] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(284, 215, 284) */
		reached[1][215] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.next);
		now.next = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(284, 216, 284) */
		reached[1][216] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(284, 217, 284) */
		reached[1][217] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(284, 220, 284) */
		reached[1][220] = 1;
		;
		/* merge: .(goto)(284, 222, 284) */
		reached[1][222] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 89: // STATE 266 - turn.pml:163 - [.(goto)] (0:284:0 - 16)
		IfNotBlocked
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 90: // STATE 224 - turn.pml:160 - [((3==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][224] = 1;
		if (!((3==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 91: // STATE 225 - turn.pml:114 - [((!(exists)&&!(0)))] (284:0:1 - 1)
		IfNotBlocked
		reached[1][225] = 1;
		if (!(( !(((int)now.exists))&& !(0))))
			continue;
		/* merge: result = 5(284, 226, 284) */
		reached[1][226] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 246, 284) */
		reached[1][246] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 92: // STATE 227 - turn.pml:115 - [((!(exists)&&0))] (284:0:7 - 1)
		IfNotBlocked
		reached[1][227] = 1;
		if (!(( !(((int)now.exists))&&0)))
			continue;
		/* merge: exists = 1(284, 228, 284) */
		reached[1][228] = 1;
		(trpt+1)->bup.ovals = grab_ints(7);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(284, 229, 284) */
		reached[1][229] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(284, 230, 284) */
		reached[1][230] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(284, 231, 284) */
		reached[1][231] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(284, 232, 284) */
		reached[1][232] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(284, 233, 284) */
		reached[1][233] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(284, 234, 284) */
		reached[1][234] = 1;
		(trpt+1)->bup.ovals[6] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 246, 284) */
		reached[1][246] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 11 */
	case 93: // STATE 235 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (284:0:1 - 1)
		IfNotBlocked
		reached[1][235] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P1 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P1 *)_this)->turn))))))
			continue;
		/* merge: result = 5(284, 236, 284) */
		reached[1][236] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 246, 284) */
		reached[1][246] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 94: // STATE 237 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (284:0:1 - 1)
		IfNotBlocked
		reached[1][237] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==(((int)((P1 *)_this)->turn)+1)))))
			continue;
		/* merge: result = 4(284, 238, 284) */
		reached[1][238] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 246, 284) */
		reached[1][246] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 95: // STATE 239 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (284:0:4 - 1)
		IfNotBlocked
		reached[1][239] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==((int)((P1 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(284, 240, 284) */
		reached[1][240] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(284, 241, 284) */
		reached[1][241] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(284, 242, 284) */
		reached[1][242] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(284, 243, 284) */
		reached[1][243] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(284, 244, 284) */
		reached[1][244] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 246, 284) */
		reached[1][246] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 96: // STATE 248 - turn.pml:161 - [((3==3))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][248] = 1;
		if (!((3==3)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 97: // STATE 249 - turn.pml:136 - [(mark[turn])] (284:0:1 - 1)
		IfNotBlocked
		reached[1][249] = 1;
		if (!(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ])))
			continue;
		/* merge: result = 4(284, 250, 284) */
		reached[1][250] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 263, 284) */
		reached[1][263] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 98: // STATE 251 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (284:0:1 - 1)
		IfNotBlocked
		reached[1][251] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]))))
			continue;
		/* merge: result = 6(284, 252, 284) */
		reached[1][252] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 263, 284) */
		reached[1][263] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 99: // STATE 253 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (284:0:2 - 1)
		IfNotBlocked
		reached[1][253] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: over[me] = 1(284, 254, 284) */
		reached[1][254] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.over[ Index(((P1 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Server:me]", ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(284, 255, 284) */
		reached[1][255] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 263, 284) */
		reached[1][263] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 100: // STATE 256 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (284:0:3 - 1)
		IfNotBlocked
		reached[1][256] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: mark[turn] = 1(284, 257, 284) */
		reached[1][257] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Server:turn]", ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(284, 258, 284) */
		reached[1][258] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.made[ Index(((P1 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Server:turn]", ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(284, 259, 284) */
		reached[1][259] = 1;
		spin_assert((((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(284, 260, 284) */
		reached[1][260] = 1;
		spin_assert((((int)now.told[ Index(((int)((P1 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(284, 261, 284) */
		reached[1][261] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(284, 263, 284) */
		reached[1][263] = 1;
		;
		/* merge: .(goto)(284, 266, 284) */
		reached[1][266] = 1;
		;
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 101: // STATE 272 - turn.pml:173 - [.(goto)] (0:284:0 - 2)
		IfNotBlocked
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 102: // STATE 268 - turn.pml:171 - [((late>0))] (270:0:1 - 1)
		IfNotBlocked
		reached[1][268] = 1;
		if (!((((int)now.late)>0)))
			continue;
		/* merge: late = (late-1)(0, 269, 270) */
		reached[1][269] = 1;
		(trpt+1)->bup.oval = ((int)now.late);
		now.late = (((int)now.late)-1);
#ifdef VAR_RANGES
		logval("late", ((int)now.late));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 103: // STATE 270 - turn.pml:171 - [stalled!3,turn,me,0] (284:0:0 - 1)
		IfNotBlocked
		reached[1][270] = 1;
		if (q_full(now.stalled))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.stalled);
		sprintf(simtmp, "%d", 3); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", 0); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.stalled, 0, 3, ((int)((P1 *)_this)->turn), ((int)((P1 *)_this)->me), 0, 4);
		/* merge: .(goto)(284, 272, 284) */
		reached[1][272] = 1;
		;
		/* merge: .(goto)(0, 277, 284) */
		reached[1][277] = 1;
		;
		_m = 2; goto P999; /* 2 */
	case 104: // STATE 278 - turn.pml:242 - [((result==4))] (295:0:2 - 1)
		IfNotBlocked
		reached[1][278] = 1;
		if (!((((int)((P1 *)_this)->result)==4)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		/* merge: words = 1(0, 279, 295) */
		reached[1][279] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 1;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(0, 285, 295) */
		reached[1][285] = 1;
		;
		/* merge: .(goto)(0, 287, 295) */
		reached[1][287] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 105: // STATE 280 - turn.pml:243 - [((result==6))] (295:0:2 - 1)
		IfNotBlocked
		reached[1][280] = 1;
		if (!((((int)((P1 *)_this)->result)==6)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		/* merge: words = 2(0, 281, 295) */
		reached[1][281] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 2;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(0, 285, 295) */
		reached[1][285] = 1;
		;
		/* merge: .(goto)(0, 287, 295) */
		reached[1][287] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 106: // STATE 282 - turn.pml:247 - [((result==0))] (295:0:2 - 1)
		IfNotBlocked
		reached[1][282] = 1;
		if (!((((int)((P1 *)_this)->result)==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		/* merge: words = 3(0, 283, 295) */
		reached[1][283] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 3;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(0, 285, 295) */
		reached[1][285] = 1;
		;
		/* merge: .(goto)(0, 287, 295) */
		reached[1][287] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 107: // STATE 289 - turn.pml:251 - [((lost>0))] (516:0:3 - 1)
		IfNotBlocked
		reached[1][289] = 1;
		if (!((((int)now.lost)>0)))
			continue;
		/* merge: lost = (lost-1)(516, 290, 516) */
		reached[1][290] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(516, 291, 516) */
		reached[1][291] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(516, 292, 516) */
		reached[1][292] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 293, 516) */
		reached[1][293] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 108: // STATE 297 - turn.pml:252 - [says[me] = words] (0:376:2 - 1)
		IfNotBlocked
		reached[1][297] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.says[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.says[ Index(((P1 *)_this)->me, 13) ] = ((int)((P1 *)_this)->words);
#ifdef VAR_RANGES
		logval("says[Server:me]", ((int)now.says[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: words = 0(376, 298, 376) */
		reached[1][298] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 0;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 109: // STATE 300 - turn.pml:168 - [result = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][300] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 110: // STATE 301 - turn.pml:159 - [((2==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][301] = 1;
		if (!((2==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 111: // STATE 302 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (456:0:1 - 1)
		IfNotBlocked
		reached[1][302] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])!=0))))
			continue;
		/* merge: result = 2(456, 303, 456) */
		reached[1][303] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 324, 456) */
		reached[1][324] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 112: // STATE 305 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (321:0:1 - 1)
		IfNotBlocked
		reached[1][305] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 306, 321) */
		reached[1][306] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 313, 321) */
		reached[1][313] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 113: // STATE 307 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (321:0:2 - 1)
		IfNotBlocked
		reached[1][307] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(321, 308, 321) */
		reached[1][308] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(321, 309, 321) */
		reached[1][309] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 313, 321) */
		reached[1][313] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 114: // STATE 311 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][311] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 115: // STATE 314 - turn.pml:103 - [((result==1))] (456:0:4 - 1)
		IfNotBlocked
		reached[1][314] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		/* merge: assert((!(state)||(next==turn)))(456, 315, 456) */
		reached[1][315] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P1 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(456, 316, 456) */
		reached[1][316] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(456, 317, 456) */
		reached[1][317] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.next);
		now.next = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(456, 318, 456) */
		reached[1][318] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(456, 319, 456) */
		reached[1][319] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(456, 322, 456) */
		reached[1][322] = 1;
		;
		/* merge: .(goto)(456, 324, 456) */
		reached[1][324] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 116: // STATE 368 - turn.pml:163 - [.(goto)] (0:456:0 - 16)
		IfNotBlocked
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 117: // STATE 326 - turn.pml:160 - [((2==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][326] = 1;
		if (!((2==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 118: // STATE 327 - turn.pml:114 - [((!(exists)&&!(first)))] (456:0:1 - 1)
		IfNotBlocked
		reached[1][327] = 1;
		if (!(( !(((int)now.exists))&& !(((int)((P1 *)_this)->first)))))
			continue;
		/* merge: result = 5(456, 328, 456) */
		reached[1][328] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 348, 456) */
		reached[1][348] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 119: // STATE 329 - turn.pml:115 - [((!(exists)&&first))] (456:0:7 - 1)
		IfNotBlocked
		reached[1][329] = 1;
		if (!(( !(((int)now.exists))&&((int)((P1 *)_this)->first))))
			continue;
		/* merge: exists = 1(456, 330, 456) */
		reached[1][330] = 1;
		(trpt+1)->bup.ovals = grab_ints(7);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(456, 331, 456) */
		reached[1][331] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(456, 332, 456) */
		reached[1][332] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(456, 333, 456) */
		reached[1][333] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(456, 334, 456) */
		reached[1][334] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(456, 335, 456) */
		reached[1][335] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(456, 336, 456) */
		reached[1][336] = 1;
		(trpt+1)->bup.ovals[6] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 348, 456) */
		reached[1][348] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 120: // STATE 337 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (456:0:1 - 1)
		IfNotBlocked
		reached[1][337] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P1 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P1 *)_this)->turn))))))
			continue;
		/* merge: result = 5(456, 338, 456) */
		reached[1][338] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 348, 456) */
		reached[1][348] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 121: // STATE 339 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (456:0:1 - 1)
		IfNotBlocked
		reached[1][339] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==(((int)((P1 *)_this)->turn)+1)))))
			continue;
		/* merge: result = 4(456, 340, 456) */
		reached[1][340] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 348, 456) */
		reached[1][348] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 122: // STATE 341 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (456:0:4 - 1)
		IfNotBlocked
		reached[1][341] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==((int)((P1 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(456, 342, 456) */
		reached[1][342] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(456, 343, 456) */
		reached[1][343] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(456, 344, 456) */
		reached[1][344] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(456, 345, 456) */
		reached[1][345] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(456, 346, 456) */
		reached[1][346] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 348, 456) */
		reached[1][348] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 123: // STATE 350 - turn.pml:161 - [((2==3))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][350] = 1;
		if (!((2==3)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 124: // STATE 351 - turn.pml:136 - [(mark[turn])] (456:0:1 - 1)
		IfNotBlocked
		reached[1][351] = 1;
		if (!(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ])))
			continue;
		/* merge: result = 4(456, 352, 456) */
		reached[1][352] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 365, 456) */
		reached[1][365] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 125: // STATE 353 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (456:0:1 - 1)
		IfNotBlocked
		reached[1][353] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]))))
			continue;
		/* merge: result = 6(456, 354, 456) */
		reached[1][354] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 365, 456) */
		reached[1][365] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 126: // STATE 355 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (456:0:2 - 1)
		IfNotBlocked
		reached[1][355] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: over[me] = 1(456, 356, 456) */
		reached[1][356] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.over[ Index(((P1 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Server:me]", ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(456, 357, 456) */
		reached[1][357] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 365, 456) */
		reached[1][365] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 127: // STATE 358 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (456:0:3 - 1)
		IfNotBlocked
		reached[1][358] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: mark[turn] = 1(456, 359, 456) */
		reached[1][359] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Server:turn]", ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(456, 360, 456) */
		reached[1][360] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.made[ Index(((P1 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Server:turn]", ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(456, 361, 456) */
		reached[1][361] = 1;
		spin_assert((((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(456, 362, 456) */
		reached[1][362] = 1;
		spin_assert((((int)now.told[ Index(((int)((P1 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(456, 363, 456) */
		reached[1][363] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(456, 365, 456) */
		reached[1][365] = 1;
		;
		/* merge: .(goto)(456, 368, 456) */
		reached[1][368] = 1;
		;
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 128: // STATE 374 - turn.pml:173 - [.(goto)] (0:456:0 - 2)
		IfNotBlocked
		reached[1][374] = 1;
		;
		_m = 3; goto P999; /* 0 */
	case 129: // STATE 370 - turn.pml:171 - [((late>0))] (372:0:1 - 1)
		IfNotBlocked
		reached[1][370] = 1;
		if (!((((int)now.late)>0)))
			continue;
		/* merge: late = (late-1)(0, 371, 372) */
		reached[1][371] = 1;
		(trpt+1)->bup.oval = ((int)now.late);
		now.late = (((int)now.late)-1);
#ifdef VAR_RANGES
		logval("late", ((int)now.late));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 130: // STATE 372 - turn.pml:171 - [stalled!2,turn,me,first] (456:0:0 - 1)
		IfNotBlocked
		reached[1][372] = 1;
		if (q_full(now.stalled))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.stalled);
		sprintf(simtmp, "%d", 2); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->first)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.stalled, 0, 2, ((int)((P1 *)_this)->turn), ((int)((P1 *)_this)->me), ((int)((P1 *)_this)->first), 4);
		/* merge: .(goto)(456, 374, 456) */
		reached[1][374] = 1;
		;
		_m = 2; goto P999; /* 1 */
	case 131: // STATE 377 - turn.pml:255 - [((result==0))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][377] = 1;
		if (!((((int)((P1 *)_this)->result)==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.oval = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		_m = 3; goto P999; /* 0 */
	case 132: // STATE 378 - turn.pml:168 - [result = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][378] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 133: // STATE 379 - turn.pml:159 - [((2==1))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][379] = 1;
		if (!((2==1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 134: // STATE 380 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (462:0:1 - 1)
		IfNotBlocked
		reached[1][380] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])!=0))))
			continue;
		/* merge: result = 2(462, 381, 462) */
		reached[1][381] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 402, 462) */
		reached[1][402] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 135: // STATE 383 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (399:0:1 - 1)
		IfNotBlocked
		reached[1][383] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 384, 399) */
		reached[1][384] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 391, 399) */
		reached[1][391] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 136: // STATE 385 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (399:0:2 - 1)
		IfNotBlocked
		reached[1][385] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P1 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(399, 386, 399) */
		reached[1][386] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(399, 387, 399) */
		reached[1][387] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 391, 399) */
		reached[1][391] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 137: // STATE 389 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][389] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 138: // STATE 392 - turn.pml:103 - [((result==1))] (462:0:4 - 1)
		IfNotBlocked
		reached[1][392] = 1;
		if (!((((int)((P1 *)_this)->result)==1)))
			continue;
		/* merge: assert((!(state)||(next==turn)))(462, 393, 462) */
		reached[1][393] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P1 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(462, 394, 462) */
		reached[1][394] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(462, 395, 462) */
		reached[1][395] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.next);
		now.next = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(462, 396, 462) */
		reached[1][396] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(462, 397, 462) */
		reached[1][397] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(462, 400, 462) */
		reached[1][400] = 1;
		;
		/* merge: .(goto)(462, 402, 462) */
		reached[1][402] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 139: // STATE 446 - turn.pml:163 - [.(goto)] (0:462:0 - 16)
		IfNotBlocked
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 140: // STATE 404 - turn.pml:160 - [((2==2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][404] = 1;
		if (!((2==2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 141: // STATE 405 - turn.pml:114 - [((!(exists)&&!(first)))] (462:0:2 - 1)
		IfNotBlocked
		reached[1][405] = 1;
		if (!(( !(((int)now.exists))&& !(((int)((P1 *)_this)->first)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: first */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->first;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->first = 0;
		/* merge: result = 5(462, 406, 462) */
		reached[1][406] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 426, 462) */
		reached[1][426] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 142: // STATE 407 - turn.pml:115 - [((!(exists)&&first))] (462:0:8 - 1)
		IfNotBlocked
		reached[1][407] = 1;
		if (!(( !(((int)now.exists))&&((int)((P1 *)_this)->first))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: first */  (trpt+1)->bup.ovals = grab_ints(8);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->first;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->first = 0;
		/* merge: exists = 1(462, 408, 462) */
		reached[1][408] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(462, 409, 462) */
		reached[1][409] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(462, 410, 462) */
		reached[1][410] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P1 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(462, 411, 462) */
		reached[1][411] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(462, 412, 462) */
		reached[1][412] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(462, 413, 462) */
		reached[1][413] = 1;
		(trpt+1)->bup.ovals[6] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(462, 414, 462) */
		reached[1][414] = 1;
		(trpt+1)->bup.ovals[7] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 426, 462) */
		reached[1][426] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 11 */
	case 143: // STATE 415 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (462:0:1 - 1)
		IfNotBlocked
		reached[1][415] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P1 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P1 *)_this)->turn))))))
			continue;
		/* merge: result = 5(462, 416, 462) */
		reached[1][416] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 426, 462) */
		reached[1][426] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 144: // STATE 417 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (462:0:1 - 1)
		IfNotBlocked
		reached[1][417] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==(((int)((P1 *)_this)->turn)+1)))))
			continue;
		/* merge: result = 4(462, 418, 462) */
		reached[1][418] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 426, 462) */
		reached[1][426] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 145: // STATE 419 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (462:0:4 - 1)
		IfNotBlocked
		reached[1][419] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P1 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P1 *)_this)->turn)))&&(((int)now.next)==((int)((P1 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(462, 420, 462) */
		reached[1][420] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(462, 421, 462) */
		reached[1][421] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P1 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(462, 422, 462) */
		reached[1][422] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(462, 423, 462) */
		reached[1][423] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = ((int)((P1 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Server:turn]", ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(462, 424, 462) */
		reached[1][424] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 426, 462) */
		reached[1][426] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 146: // STATE 428 - turn.pml:161 - [((2==3))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][428] = 1;
		if (!((2==3)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 147: // STATE 429 - turn.pml:136 - [(mark[turn])] (462:0:1 - 1)
		IfNotBlocked
		reached[1][429] = 1;
		if (!(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ])))
			continue;
		/* merge: result = 4(462, 430, 462) */
		reached[1][430] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 443, 462) */
		reached[1][443] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 148: // STATE 431 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (462:0:1 - 1)
		IfNotBlocked
		reached[1][431] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]))))
			continue;
		/* merge: result = 6(462, 432, 462) */
		reached[1][432] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 443, 462) */
		reached[1][443] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 149: // STATE 433 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (462:0:2 - 1)
		IfNotBlocked
		reached[1][433] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: over[me] = 1(462, 434, 462) */
		reached[1][434] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]);
		now.over[ Index(((P1 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Server:me]", ((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(462, 435, 462) */
		reached[1][435] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 443, 462) */
		reached[1][443] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 150: // STATE 436 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (462:0:3 - 1)
		IfNotBlocked
		reached[1][436] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P1 *)_this)->me), 13) ])))))
			continue;
		/* merge: mark[turn] = 1(462, 437, 462) */
		reached[1][437] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Server:turn]", ((int)now.mark[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(462, 438, 462) */
		reached[1][438] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]);
		now.made[ Index(((P1 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Server:turn]", ((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(462, 439, 462) */
		reached[1][439] = 1;
		spin_assert((((int)now.made[ Index(((int)((P1 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(462, 440, 462) */
		reached[1][440] = 1;
		spin_assert((((int)now.told[ Index(((int)((P1 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(462, 441, 462) */
		reached[1][441] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: .(goto)(462, 443, 462) */
		reached[1][443] = 1;
		;
		/* merge: .(goto)(462, 446, 462) */
		reached[1][446] = 1;
		;
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 9 */
	case 151: // STATE 452 - turn.pml:173 - [.(goto)] (0:462:0 - 2)
		IfNotBlocked
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 152: // STATE 448 - turn.pml:171 - [((late>0))] (450:0:1 - 1)
		IfNotBlocked
		reached[1][448] = 1;
		if (!((((int)now.late)>0)))
			continue;
		/* merge: late = (late-1)(0, 449, 450) */
		reached[1][449] = 1;
		(trpt+1)->bup.oval = ((int)now.late);
		now.late = (((int)now.late)-1);
#ifdef VAR_RANGES
		logval("late", ((int)now.late));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 153: // STATE 450 - turn.pml:171 - [stalled!2,turn,me,first] (462:0:0 - 1)
		IfNotBlocked
		reached[1][450] = 1;
		if (q_full(now.stalled))
			continue;
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.stalled);
		sprintf(simtmp, "%d", 2); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P1 *)_this)->first)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.stalled, 0, 2, ((int)((P1 *)_this)->turn), ((int)((P1 *)_this)->me), ((int)((P1 *)_this)->first), 4);
		/* merge: .(goto)(462, 452, 462) */
		reached[1][452] = 1;
		;
		/* merge: .(goto)(0, 457, 462) */
		reached[1][457] = 1;
		;
		_m = 2; goto P999; /* 2 */
	case 154: // STATE 458 - turn.pml:259 - [((result==4))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][458] = 1;
		if (!((((int)((P1 *)_this)->result)==4)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 155: // STATE 460 - turn.pml:260 - [(((result==5)||(result==0)))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][460] = 1;
		if (!(((((int)((P1 *)_this)->result)==5)||(((int)((P1 *)_this)->result)==0))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.oval = ((P1 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->result = 0;
		_m = 3; goto P999; /* 0 */
	case 156: // STATE 464 - turn.pml:265 - [result = 0] (0:472:4 - 1)
		IfNotBlocked
		reached[1][464] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: from = 0(472, 465, 472) */
		reached[1][465] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->from);
		((P1 *)_this)->from = 0;
#ifdef VAR_RANGES
		logval("Server:from", ((int)((P1 *)_this)->from));
#endif
		;
		/* merge: words = 0(472, 466, 472) */
		reached[1][466] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 0;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: polls = 0(472, 467, 472) */
		reached[1][467] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->polls);
		((P1 *)_this)->polls = 0;
#ifdef VAR_RANGES
		logval("Server:polls", ((int)((P1 *)_this)->polls));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 157: // STATE 468 - turn.pml:267 - [((me==((d*2)+1)))] (15:0:1 - 1)
		IfNotBlocked
		reached[1][468] = 1;
		if (!((((int)((P1 *)_this)->me)==((((int)((P1 *)_this)->d)*2)+1))))
			continue;
		/* merge: me = (me+1)(15, 469, 15) */
		reached[1][469] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->me);
		((P1 *)_this)->me = (((int)((P1 *)_this)->me)+1);
#ifdef VAR_RANGES
		logval("Server:me", ((int)((P1 *)_this)->me));
#endif
		;
		/* merge: goto try(15, 470, 15) */
		reached[1][470] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 158: // STATE 475 - turn.pml:274 - [(((words==0)&&(turn>0)))] (493:0:6 - 1)
		IfNotBlocked
		reached[1][475] = 1;
		if (!(((((int)((P1 *)_this)->words)==0)&&(((int)((P1 *)_this)->turn)>0))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: words */  (trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->words;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->words = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals[1] = ((P1 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->turn = 0;
		/* merge: words = 3(493, 476, 493) */
		reached[1][476] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 3;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(493, 481, 493) */
		reached[1][481] = 1;
		;
		/* merge: result = 0(493, 482, 493) */
		reached[1][482] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: from = 0(493, 483, 493) */
		reached[1][483] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P1 *)_this)->from);
		((P1 *)_this)->from = 0;
#ifdef VAR_RANGES
		logval("Server:from", ((int)((P1 *)_this)->from));
#endif
		;
		/* merge: polls = 0(493, 484, 493) */
		reached[1][484] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P1 *)_this)->polls);
		((P1 *)_this)->polls = 0;
#ifdef VAR_RANGES
		logval("Server:polls", ((int)((P1 *)_this)->polls));
#endif
		;
		_m = 3; goto P999; /* 5 */
	case 159: // STATE 477 - turn.pml:275 - [(((words==0)&&(turn==0)))] (493:0:6 - 1)
		IfNotBlocked
		reached[1][477] = 1;
		if (!(((((int)((P1 *)_this)->words)==0)&&(((int)((P1 *)_this)->turn)==0))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: words */  (trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((P1 *)_this)->words;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->words = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals[1] = ((P1 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->turn = 0;
		/* merge: words = 1(493, 478, 493) */
		reached[1][478] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->words);
		((P1 *)_this)->words = 1;
#ifdef VAR_RANGES
		logval("Server:words", ((int)((P1 *)_this)->words));
#endif
		;
		/* merge: .(goto)(493, 481, 493) */
		reached[1][481] = 1;
		;
		/* merge: result = 0(493, 482, 493) */
		reached[1][482] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: from = 0(493, 483, 493) */
		reached[1][483] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P1 *)_this)->from);
		((P1 *)_this)->from = 0;
#ifdef VAR_RANGES
		logval("Server:from", ((int)((P1 *)_this)->from));
#endif
		;
		/* merge: polls = 0(493, 484, 493) */
		reached[1][484] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P1 *)_this)->polls);
		((P1 *)_this)->polls = 0;
#ifdef VAR_RANGES
		logval("Server:polls", ((int)((P1 *)_this)->polls));
#endif
		;
		_m = 3; goto P999; /* 5 */
	case 160: // STATE 482 - turn.pml:278 - [result = 0] (0:493:3 - 4)
		IfNotBlocked
		reached[1][482] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)((P1 *)_this)->result);
		((P1 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Server:result", ((int)((P1 *)_this)->result));
#endif
		;
		/* merge: from = 0(493, 483, 493) */
		reached[1][483] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->from);
		((P1 *)_this)->from = 0;
#ifdef VAR_RANGES
		logval("Server:from", ((int)((P1 *)_this)->from));
#endif
		;
		/* merge: polls = 0(493, 484, 493) */
		reached[1][484] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->polls);
		((P1 *)_this)->polls = 0;
#ifdef VAR_RANGES
		logval("Server:polls", ((int)((P1 *)_this)->polls));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 161: // STATE 487 - turn.pml:280 - [((lost>0))] (516:0:3 - 1)
		IfNotBlocked
		reached[1][487] = 1;
		if (!((((int)now.lost)>0)))
			continue;
		/* merge: lost = (lost-1)(516, 488, 516) */
		reached[1][488] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(516, 489, 516) */
		reached[1][489] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(516, 490, 516) */
		reached[1][490] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 491, 516) */
		reached[1][491] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 162: // STATE 495 - turn.pml:281 - [words_of[d] = words] (0:516:3 - 1)
		IfNotBlocked
		reached[1][495] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.words_of[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.words_of[ Index(((P1 *)_this)->d, 6) ] = ((int)((P1 *)_this)->words);
#ifdef VAR_RANGES
		logval("words_of[Server:d]", ((int)now.words_of[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: run_of[d] = 0(516, 496, 516) */
		reached[1][496] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.run_of[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.run_of[ Index(((P1 *)_this)->d, 6) ] = 0;
#ifdef VAR_RANGES
		logval("run_of[Server:d]", ((int)now.run_of[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: post[d] = 1(516, 497, 516) */
		reached[1][497] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 1;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 498, 516) */
		reached[1][498] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 163: // STATE 501 - turn.pml:283 - [((lost>0))] (516:0:3 - 1)
		IfNotBlocked
		reached[1][501] = 1;
		if (!((((int)now.lost)>0)))
			continue;
		/* merge: lost = (lost-1)(516, 502, 516) */
		reached[1][502] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.lost);
		now.lost = (((int)now.lost)-1);
#ifdef VAR_RANGES
		logval("lost", ((int)now.lost));
#endif
		;
		/* merge: lost_here = (lost_here+1)(516, 503, 516) */
		reached[1][503] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.lost_here);
		now.lost_here = (((int)now.lost_here)+1);
#ifdef VAR_RANGES
		logval("lost_here", ((int)now.lost_here));
#endif
		;
		/* merge: post[d] = 2(516, 504, 516) */
		reached[1][504] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]);
		now.post[ Index(((P1 *)_this)->d, 6) ] = 2;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		/* merge: goto died(516, 505, 516) */
		reached[1][505] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 164: // STATE 515 - turn.pml:284 - [D_STEP284]
		if (!(((boq == -1 && ((((int)((P1 *)_this)->result)==2)||(((int)((P1 *)_this)->result)==4))))))
			continue;

		reached[1][515] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_585_0: /* 2 */
S_581_0: /* 2 */
		if (!(((((int)((P1 *)_this)->result)==2)||(((int)((P1 *)_this)->result)==4))))
			goto S_585_1;
S_582_0: /* 2 */
		now.run_of[ Index(((P1 *)_this)->d, 6) ] = ((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]);
#ifdef VAR_RANGES
		logval("run_of[Server:d]", ((int)now.run_of[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
S_583_0: /* 2 */
		now.words_of[ Index(((P1 *)_this)->d, 6) ] = ((int)now.says[ Index(((int)now.answer[ Index(((int)((P1 *)_this)->turn), 2) ]), 13) ]);
#ifdef VAR_RANGES
		logval("words_of[Server:d]", ((int)now.words_of[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
S_584_0: /* 2 */
		now.post[ Index(((P1 *)_this)->d, 6) ] = 1;
#ifdef VAR_RANGES
		logval("post[Server:d]", ((int)now.post[ Index(((int)((P1 *)_this)->d), 6) ]));
#endif
		;
		goto S_586_0;
S_585_1: /* 3 */
		Uerror("blocking sel in d_step (nr.0, near line 285)");
S_586_0: /* 2 */
		goto S_588_0;
S_588_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 165: // STATE 517 - turn.pml:292 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[1][517] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC Stalled */
	case 166: // STATE 1 - turn.pml:181 - [stalled?op,turn,me,first] (0:0:4 - 1)
		reached[0][1] = 1;
		if (q_len(now.stalled) == 0) continue;

		XX=1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P0 *)_this)->op);
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->turn);
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->me);
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->first);
		;
		((P0 *)_this)->op = qrecv(now.stalled, XX-1, 0, 0);
#ifdef VAR_RANGES
		logval("Stalled:op", ((int)((P0 *)_this)->op));
#endif
		;
		((P0 *)_this)->turn = qrecv(now.stalled, XX-1, 1, 0);
#ifdef VAR_RANGES
		logval("Stalled:turn", ((int)((P0 *)_this)->turn));
#endif
		;
		((P0 *)_this)->me = qrecv(now.stalled, XX-1, 2, 0);
#ifdef VAR_RANGES
		logval("Stalled:me", ((int)((P0 *)_this)->me));
#endif
		;
		((P0 *)_this)->first = qrecv(now.stalled, XX-1, 3, 1);
#ifdef VAR_RANGES
		logval("Stalled:first", ((int)((P0 *)_this)->first));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.stalled);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->op)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->turn)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->me)); strcat(simvals, simtmp);		strcat(simvals, ",");
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->first)); strcat(simvals, simtmp);		}
#endif
		;
		_m = 4; goto P999; /* 0 */
	case 167: // STATE 2 - turn.pml:159 - [((op==1))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][2] = 1;
		if (!((((int)((P0 *)_this)->op)==1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: op */  (trpt+1)->bup.oval = ((P0 *)_this)->op;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->op = 0;
		_m = 3; goto P999; /* 0 */
	case 168: // STATE 3 - turn.pml:91 - [((exists&&(answer[turn]!=0)))] (73:0:4 - 1)
		IfNotBlocked
		reached[0][3] = 1;
		if (!((((int)now.exists)&&(((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ])!=0))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		/* merge: result = 2(73, 4, 73) */
		reached[0][4] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 2;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 25, 73) */
		reached[0][25] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 169: // STATE 6 - turn.pml:94 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (22:0:1 - 1)
		IfNotBlocked
		reached[0][6] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P0 *)_this)->me)))))
			continue;
		/* merge: result = 3(0, 7, 22) */
		reached[0][7] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 3;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 14, 22) */
		reached[0][14] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 170: // STATE 8 - turn.pml:95 - [((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))] (22:0:2 - 1)
		IfNotBlocked
		reached[0][8] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)!=0))&&(((int)now.claimed_turn)==((int)now.next)))&&(((int)now.claim)!=((int)((P0 *)_this)->me)))))
			continue;
		/* merge: over[claim] = 1(22, 9, 22) */
		reached[0][9] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.over[ Index(((int)now.claim), 13) ]);
		now.over[ Index(now.claim, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[claim]", ((int)now.over[ Index(((int)now.claim), 13) ]));
#endif
		;
		/* merge: result = 1(22, 10, 22) */
		reached[0][10] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		/* merge: .(goto)(0, 14, 22) */
		reached[0][14] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 171: // STATE 12 - turn.pml:100 - [result = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[0][12] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 1;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 172: // STATE 15 - turn.pml:103 - [((result==1))] (73:0:6 - 1)
		IfNotBlocked
		reached[0][15] = 1;
		if (!((((int)((P0 *)_this)->result)==1)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: result */  (trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->result;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: assert((!(state)||(next==turn)))(73, 16, 73) */
		reached[0][16] = 1;
		spin_assert(( !(((int)now.state))||(((int)now.next)==((int)((P0 *)_this)->turn))), "( !(state)||(next==turn))", II, tt, t);
		/* merge: exists = 1(73, 17, 73) */
		reached[0][17] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: next = turn(73, 18, 73) */
		reached[0][18] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.next);
		now.next = ((int)((P0 *)_this)->turn);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: claim = me(73, 19, 73) */
		reached[0][19] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claim);
		now.claim = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(73, 20, 73) */
		reached[0][20] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P0 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: .(goto)(73, 23, 73) */
		reached[0][23] = 1;
		;
		/* merge: .(goto)(73, 25, 73) */
		reached[0][25] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 9 */
	case 173: // STATE 69 - turn.pml:163 - [.(goto)] (0:73:1 - 16)
		IfNotBlocked
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 174: // STATE 27 - turn.pml:160 - [((op==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][27] = 1;
		if (!((((int)((P0 *)_this)->op)==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: op */  (trpt+1)->bup.oval = ((P0 *)_this)->op;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->op = 0;
		_m = 3; goto P999; /* 0 */
	case 175: // STATE 28 - turn.pml:114 - [((!(exists)&&!(first)))] (73:0:4 - 1)
		IfNotBlocked
		reached[0][28] = 1;
		if (!(( !(((int)now.exists))&& !(((int)((P0 *)_this)->first)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: first */  (trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->first;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->first = 0;
		/* merge: result = 5(73, 29, 73) */
		reached[0][29] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 49, 73) */
		reached[0][49] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 176: // STATE 30 - turn.pml:115 - [((!(exists)&&first))] (73:0:10 - 1)
		IfNotBlocked
		reached[0][30] = 1;
		if (!(( !(((int)now.exists))&&((int)((P0 *)_this)->first))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: first */  (trpt+1)->bup.ovals = grab_ints(10);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->first;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->first = 0;
		/* merge: exists = 1(73, 31, 73) */
		reached[0][31] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.exists);
		now.exists = 1;
#ifdef VAR_RANGES
		logval("exists", ((int)now.exists));
#endif
		;
		/* merge: claim = me(73, 32, 73) */
		reached[0][32] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.claim);
		now.claim = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("claim", ((int)now.claim));
#endif
		;
		/* merge: claimed_turn = turn(73, 33, 73) */
		reached[0][33] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.claimed_turn);
		now.claimed_turn = ((int)((P0 *)_this)->turn);
#ifdef VAR_RANGES
		logval("claimed_turn", ((int)now.claimed_turn));
#endif
		;
		/* merge: next = (turn+1)(73, 34, 73) */
		reached[0][34] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.next);
		now.next = (((int)((P0 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(73, 35, 73) */
		reached[0][35] = 1;
		(trpt+1)->bup.ovals[5] = ((int)now.state);
		now.state = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(73, 36, 73) */
		reached[0][36] = 1;
		(trpt+1)->bup.ovals[6] = ((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ]);
		now.answer[ Index(((P0 *)_this)->turn, 2) ] = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Stalled:turn]", ((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(73, 37, 73) */
		reached[0][37] = 1;
		(trpt+1)->bup.ovals[7] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 49, 73) */
		reached[0][49] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[8] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 10 */
	case 177: // STATE 38 - turn.pml:119 - [((exists&&((claim!=me)||(claimed_turn!=turn))))] (73:0:5 - 1)
		IfNotBlocked
		reached[0][38] = 1;
		if (!((((int)now.exists)&&((((int)now.claim)!=((int)((P0 *)_this)->me))||(((int)now.claimed_turn)!=((int)((P0 *)_this)->turn))))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: me */  (trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->me;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->me = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals[1] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		/* merge: result = 5(73, 39, 73) */
		reached[0][39] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 5;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 49, 73) */
		reached[0][49] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 178: // STATE 40 - turn.pml:120 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))] (73:0:5 - 1)
		IfNotBlocked
		reached[0][40] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P0 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P0 *)_this)->turn)))&&(((int)now.next)==(((int)((P0 *)_this)->turn)+1)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: me */  (trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->me;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->me = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals[1] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		/* merge: result = 4(73, 41, 73) */
		reached[0][41] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 49, 73) */
		reached[0][49] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 179: // STATE 42 - turn.pml:121 - [((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))] (73:0:6 - 1)
		IfNotBlocked
		reached[0][42] = 1;
		if (!((((((int)now.exists)&&(((int)now.claim)==((int)((P0 *)_this)->me)))&&(((int)now.claimed_turn)==((int)((P0 *)_this)->turn)))&&(((int)now.next)==((int)((P0 *)_this)->turn)))))
			continue;
		/* merge: assert((answer[turn]==0))(73, 43, 73) */
		reached[0][43] = 1;
		spin_assert((((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ])==0), "(answer[turn]==0)", II, tt, t);
		/* merge: next = (turn+1)(73, 44, 73) */
		reached[0][44] = 1;
		(trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((int)now.next);
		now.next = (((int)((P0 *)_this)->turn)+1);
#ifdef VAR_RANGES
		logval("next", ((int)now.next));
#endif
		;
		/* merge: state = me(73, 45, 73) */
		reached[0][45] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.state);
		now.state = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("state", ((int)now.state));
#endif
		;
		/* merge: answer[turn] = me(73, 46, 73) */
		reached[0][46] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ]);
		now.answer[ Index(((P0 *)_this)->turn, 2) ] = ((int)((P0 *)_this)->me);
#ifdef VAR_RANGES
		logval("answer[Stalled:turn]", ((int)now.answer[ Index(((int)((P0 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: result = 4(73, 47, 73) */
		reached[0][47] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 49, 73) */
		reached[0][49] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 8 */
	case 180: // STATE 51 - turn.pml:161 - [((op==3))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][51] = 1;
		if (!((((int)((P0 *)_this)->op)==3)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: op */  (trpt+1)->bup.oval = ((P0 *)_this)->op;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->op = 0;
		_m = 3; goto P999; /* 0 */
	case 181: // STATE 52 - turn.pml:136 - [(mark[turn])] (73:0:4 - 1)
		IfNotBlocked
		reached[0][52] = 1;
		if (!(((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ])))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		/* merge: result = 4(73, 53, 73) */
		reached[0][53] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 66, 73) */
		reached[0][66] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 182: // STATE 54 - turn.pml:137 - [((!(mark[turn])&&over[me]))] (73:0:5 - 1)
		IfNotBlocked
		reached[0][54] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ]))&&((int)now.over[ Index(((int)((P0 *)_this)->me), 13) ]))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: me */  (trpt+1)->bup.ovals[1] = ((P0 *)_this)->me;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->me = 0;
		/* merge: result = 6(73, 55, 73) */
		reached[0][55] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 66, 73) */
		reached[0][66] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 183: // STATE 56 - turn.pml:138 - [((!(mark[turn])&&!(over[me])))] (73:0:5 - 1)
		IfNotBlocked
		reached[0][56] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P0 *)_this)->me), 13) ])))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: turn */  (trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->turn;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->turn = 0;
		/* merge: over[me] = 1(73, 57, 73) */
		reached[0][57] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.over[ Index(((int)((P0 *)_this)->me), 13) ]);
		now.over[ Index(((P0 *)_this)->me, 13) ] = 1;
#ifdef VAR_RANGES
		logval("over[Stalled:me]", ((int)now.over[ Index(((int)((P0 *)_this)->me), 13) ]));
#endif
		;
		/* merge: result = 6(73, 58, 73) */
		reached[0][58] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 6;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 66, 73) */
		reached[0][66] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 5 */
	case 184: // STATE 59 - turn.pml:139 - [((!(mark[turn])&&!(over[me])))] (73:0:6 - 1)
		IfNotBlocked
		reached[0][59] = 1;
		if (!(( !(((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ]))&& !(((int)now.over[ Index(((int)((P0 *)_this)->me), 13) ])))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: me */  (trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->me;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->me = 0;
		/* merge: mark[turn] = 1(73, 60, 73) */
		reached[0][60] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ]);
		now.mark[ Index(((P0 *)_this)->turn, 2) ] = 1;
#ifdef VAR_RANGES
		logval("mark[Stalled:turn]", ((int)now.mark[ Index(((int)((P0 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: made[turn] = (made[turn]+1)(73, 61, 73) */
		reached[0][61] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.made[ Index(((int)((P0 *)_this)->turn), 2) ]);
		now.made[ Index(((P0 *)_this)->turn, 2) ] = (((int)now.made[ Index(((int)((P0 *)_this)->turn), 2) ])+1);
#ifdef VAR_RANGES
		logval("made[Stalled:turn]", ((int)now.made[ Index(((int)((P0 *)_this)->turn), 2) ]));
#endif
		;
		/* merge: assert((made[turn]==1))(73, 62, 73) */
		reached[0][62] = 1;
		spin_assert((((int)now.made[ Index(((int)((P0 *)_this)->turn), 2) ])==1), "(made[turn]==1)", II, tt, t);
		/* merge: assert((told[turn]!=2))(73, 63, 73) */
		reached[0][63] = 1;
		spin_assert((((int)now.told[ Index(((int)((P0 *)_this)->turn), 2) ])!=2), "(told[turn]!=2)", II, tt, t);
		/* merge: result = 4(73, 64, 73) */
		reached[0][64] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 4;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: result */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->result = 0;
		/* merge: .(goto)(73, 66, 73) */
		reached[0][66] = 1;
		;
		/* merge: .(goto)(73, 69, 73) */
		reached[0][69] = 1;
		;
		/* merge: result = 0(73, 71, 73) */
		reached[0][71] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P0 *)_this)->result);
		((P0 *)_this)->result = 0;
#ifdef VAR_RANGES
		logval("Stalled:result", ((int)((P0 *)_this)->result));
#endif
		;
		_m = 3; goto P999; /* 8 */
	case 185: // STATE 73 - turn.pml:184 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[0][73] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

