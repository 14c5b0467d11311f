	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* PROC Twilio */

	case 3: // STATE 1
		;
	/* 0 */	((P2 *)_this)->turn = trpt->bup.oval;
		;
		;
		goto R999;

	case 4: // STATE 4
		;
		((P2 *)_this)->d = trpt->bup.oval;
		;
		goto R999;

	case 5: // STATE 6
		;
		now.lost_here = trpt->bup.ovals[1];
		((P2 *)_this)->second = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 6: // STATE 7
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 7: // STATE 11
		;
		((P2 *)_this)->second = trpt->bup.ovals[2];
		now.twice = trpt->bup.ovals[1];
	/* 0 */	((P2 *)_this)->second = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 8: // STATE 12
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;
;
		;
		
	case 10: // STATE 16
		;
		told_by[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.told[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 11: // STATE 22
		;
	/* 0 */	((P2 *)_this)->second = trpt->bup.oval;
		;
		;
		goto R999;

	case 12: // STATE 28
		;
		((P2 *)_this)->d = trpt->bup.ovals[2];
		told_by[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.told[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 13: // STATE 34
		;
		now.post[ Index(((P2 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 14: // STATE 39
		;
		now.post[ Index((((P2 *)_this)->d+1), 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 15: // STATE 41
		;
	/* 0 */	((P2 *)_this)->second = trpt->bup.oval;
		;
		;
		goto R999;

	case 16: // STATE 46
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;
;
		;
		
	case 18: // STATE 54
		;
		((P2 *)_this)->d = trpt->bup.ovals[2];
		told_by[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.told[ Index(((P2 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 19: // STATE 56
		;
	/* 0 */	((P2 *)_this)->d = trpt->bup.oval;
		;
		;
		goto R999;

	case 20: // STATE 57
		;
		dead = trpt->bup.oval;
		;
		goto R999;

	case 21: // STATE 63
		;
	/* 0 */	((P2 *)_this)->d = trpt->bup.oval;
		;
		;
		goto R999;

	case 22: // STATE 66
		;
		((P2 *)_this)->turn = trpt->bup.oval;
		;
		goto R999;

	case 23: // STATE 72
		;
		ended = trpt->bup.oval;
		;
		goto R999;

	case 24: // STATE 73
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC Server */

	case 25: // STATE 5
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		;
		
	case 27: // STATE 15
		;
		((P1 *)_this)->first = trpt->bup.oval;
		;
		goto R999;

	case 28: // STATE 16
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 30: // STATE 19
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 31: // STATE 22
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 32: // STATE 25
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 33: // STATE 27
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 34: // STATE 35
		;
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.next = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		
	case 35: // STATE 84
		goto R999;
;
		;
		
	case 37: // STATE 44
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 38: // STATE 52
		;
		((P1 *)_this)->result = trpt->bup.ovals[6];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[5];
		now.state = trpt->bup.ovals[4];
		now.next = trpt->bup.ovals[3];
		now.claimed_turn = trpt->bup.ovals[2];
		now.claim = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 7);
		goto R999;

	case 39: // STATE 54
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 40: // STATE 56
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 41: // STATE 62
		;
		((P1 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		;
		
	case 43: // STATE 68
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 44: // STATE 70
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 45: // STATE 73
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 46: // STATE 79
		;
		((P1 *)_this)->result = trpt->bup.ovals[2];
		now.made[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 47: // STATE 90
		goto R999;

	case 48: // STATE 87
		;
		now.late = trpt->bup.oval;
		;
		goto R999;

	case 49: // STATE 88
		;
		_m = unsend(now.stalled);
		;
		goto R999;

	case 50: // STATE 93
		;
	/* 0 */	((P1 *)_this)->result = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 52: // STATE 98
		;
		((P1 *)_this)->polls = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 53: // STATE 100
		;
	/* 1 */	((P1 *)_this)->polls = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 54: // STATE 102
		;
	/* 0 */	((P1 *)_this)->result = trpt->bup.oval;
		;
		;
		goto R999;

	case 55: // STATE 103
		;
		((P1 *)_this)->from = trpt->bup.oval;
		;
		goto R999;

	case 56: // STATE 112
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 57: // STATE 118
		;
		((P1 *)_this)->words = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 59: // STATE 120
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 61: // STATE 123
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 62: // STATE 126
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 63: // STATE 129
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 64: // STATE 131
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 65: // STATE 139
		;
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.next = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		
	case 66: // STATE 188
		goto R999;
;
		;
		
	case 68: // STATE 148
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 69: // STATE 156
		;
		((P1 *)_this)->result = trpt->bup.ovals[6];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[5];
		now.state = trpt->bup.ovals[4];
		now.next = trpt->bup.ovals[3];
		now.claimed_turn = trpt->bup.ovals[2];
		now.claim = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 7);
		goto R999;

	case 70: // STATE 158
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 71: // STATE 160
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 72: // STATE 166
		;
		((P1 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		;
		
	case 74: // STATE 172
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 75: // STATE 174
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 76: // STATE 177
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 77: // STATE 183
		;
		((P1 *)_this)->result = trpt->bup.ovals[2];
		now.made[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 78: // STATE 194
		goto R999;

	case 79: // STATE 191
		;
		now.late = trpt->bup.oval;
		;
		goto R999;

	case 80: // STATE 192
		;
		_m = unsend(now.stalled);
		;
		goto R999;

	case 81: // STATE 197
		;
	/* 0 */	((P1 *)_this)->result = trpt->bup.oval;
		;
		;
		goto R999;

	case 82: // STATE 198
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 84: // STATE 201
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 85: // STATE 204
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 86: // STATE 207
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 87: // STATE 209
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 88: // STATE 217
		;
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.next = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		
	case 89: // STATE 266
		goto R999;
;
		;
		
	case 91: // STATE 226
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 92: // STATE 234
		;
		((P1 *)_this)->result = trpt->bup.ovals[6];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[5];
		now.state = trpt->bup.ovals[4];
		now.next = trpt->bup.ovals[3];
		now.claimed_turn = trpt->bup.ovals[2];
		now.claim = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 7);
		goto R999;

	case 93: // STATE 236
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 94: // STATE 238
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 95: // STATE 244
		;
		((P1 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		;
		
	case 97: // STATE 250
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 98: // STATE 252
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 99: // STATE 255
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 100: // STATE 261
		;
		((P1 *)_this)->result = trpt->bup.ovals[2];
		now.made[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 101: // STATE 272
		goto R999;

	case 102: // STATE 269
		;
		now.late = trpt->bup.oval;
		;
		goto R999;

	case 103: // STATE 270
		;
		_m = unsend(now.stalled);
		;
		goto R999;

	case 104: // STATE 279
		;
		((P1 *)_this)->words = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 105: // STATE 281
		;
		((P1 *)_this)->words = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 106: // STATE 283
		;
		((P1 *)_this)->words = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 107: // STATE 292
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 108: // STATE 298
		;
		((P1 *)_this)->words = trpt->bup.ovals[1];
		now.says[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 109: // STATE 300
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 111: // STATE 303
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 112: // STATE 306
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 113: // STATE 309
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 114: // STATE 311
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 115: // STATE 319
		;
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.next = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		
	case 116: // STATE 368
		goto R999;
;
		;
		
	case 118: // STATE 328
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 119: // STATE 336
		;
		((P1 *)_this)->result = trpt->bup.ovals[6];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[5];
		now.state = trpt->bup.ovals[4];
		now.next = trpt->bup.ovals[3];
		now.claimed_turn = trpt->bup.ovals[2];
		now.claim = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 7);
		goto R999;

	case 120: // STATE 338
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 121: // STATE 340
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 122: // STATE 346
		;
		((P1 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		;
		
	case 124: // STATE 352
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 125: // STATE 354
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 126: // STATE 357
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 127: // STATE 363
		;
		((P1 *)_this)->result = trpt->bup.ovals[2];
		now.made[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 128: // STATE 374
		goto R999;

	case 129: // STATE 371
		;
		now.late = trpt->bup.oval;
		;
		goto R999;

	case 130: // STATE 372
		;
		_m = unsend(now.stalled);
		;
		goto R999;

	case 131: // STATE 377
		;
	/* 0 */	((P1 *)_this)->result = trpt->bup.oval;
		;
		;
		goto R999;

	case 132: // STATE 378
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 134: // STATE 381
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 135: // STATE 384
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 136: // STATE 387
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 137: // STATE 389
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 138: // STATE 397
		;
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.next = trpt->bup.ovals[1];
		now.exists = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		
	case 139: // STATE 446
		goto R999;
;
		;
		
	case 141: // STATE 406
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->first = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 142: // STATE 414
		;
		((P1 *)_this)->result = trpt->bup.ovals[7];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[6];
		now.state = trpt->bup.ovals[5];
		now.next = trpt->bup.ovals[4];
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.exists = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->first = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 8);
		goto R999;

	case 143: // STATE 416
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 144: // STATE 418
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 145: // STATE 424
		;
		((P1 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;
;
		;
		
	case 147: // STATE 430
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 148: // STATE 432
		;
		((P1 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 149: // STATE 435
		;
		((P1 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(((P1 *)_this)->me, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 150: // STATE 441
		;
		((P1 *)_this)->result = trpt->bup.ovals[2];
		now.made[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
		now.mark[ Index(((P1 *)_this)->turn, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 151: // STATE 452
		goto R999;

	case 152: // STATE 449
		;
		now.late = trpt->bup.oval;
		;
		goto R999;

	case 153: // STATE 450
		;
		_m = unsend(now.stalled);
		;
		goto R999;
;
		;
		
	case 155: // STATE 460
		;
	/* 0 */	((P1 *)_this)->result = trpt->bup.oval;
		;
		;
		goto R999;

	case 156: // STATE 467
		;
		((P1 *)_this)->polls = trpt->bup.ovals[3];
		((P1 *)_this)->words = trpt->bup.ovals[2];
		((P1 *)_this)->from = trpt->bup.ovals[1];
		((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 157: // STATE 469
		;
		((P1 *)_this)->me = trpt->bup.oval;
		;
		goto R999;

	case 158: // STATE 484
		;
		((P1 *)_this)->polls = trpt->bup.ovals[5];
		((P1 *)_this)->from = trpt->bup.ovals[4];
		((P1 *)_this)->result = trpt->bup.ovals[3];
		((P1 *)_this)->words = trpt->bup.ovals[2];
	/* 1 */	((P1 *)_this)->turn = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->words = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 159: // STATE 484
		;
		((P1 *)_this)->polls = trpt->bup.ovals[5];
		((P1 *)_this)->from = trpt->bup.ovals[4];
		((P1 *)_this)->result = trpt->bup.ovals[3];
		((P1 *)_this)->words = trpt->bup.ovals[2];
	/* 1 */	((P1 *)_this)->turn = trpt->bup.ovals[1];
	/* 0 */	((P1 *)_this)->words = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 160: // STATE 484
		;
		((P1 *)_this)->polls = trpt->bup.ovals[2];
		((P1 *)_this)->from = trpt->bup.ovals[1];
		((P1 *)_this)->result = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 161: // STATE 490
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 162: // STATE 497
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.run_of[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[1];
		now.words_of[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 163: // STATE 504
		;
		now.post[ Index(((P1 *)_this)->d, 6) ] = trpt->bup.ovals[2];
		now.lost_here = trpt->bup.ovals[1];
		now.lost = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
	case 164: // STATE 515
		sv_restor();
		goto R999;

	case 165: // STATE 517
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC Stalled */

	case 166: // STATE 1
		;
		XX = 1;
		unrecv(now.stalled, XX-1, 0, ((int)((P0 *)_this)->op), 1);
		unrecv(now.stalled, XX-1, 1, ((int)((P0 *)_this)->turn), 0);
		unrecv(now.stalled, XX-1, 2, ((int)((P0 *)_this)->me), 0);
		unrecv(now.stalled, XX-1, 3, ((int)((P0 *)_this)->first), 0);
		((P0 *)_this)->op = trpt->bup.ovals[0];
		((P0 *)_this)->turn = trpt->bup.ovals[1];
		((P0 *)_this)->me = trpt->bup.ovals[2];
		((P0 *)_this)->first = trpt->bup.ovals[3];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 167: // STATE 2
		;
	/* 0 */	((P0 *)_this)->op = trpt->bup.oval;
		;
		;
		goto R999;

	case 168: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[2];
		((P0 *)_this)->result = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->turn = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 169: // STATE 7
		;
		((P0 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 170: // STATE 10
		;
		((P0 *)_this)->result = trpt->bup.ovals[1];
		now.over[ Index(now.claim, 13) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 171: // STATE 12
		;
		((P0 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 172: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[5];
		now.claimed_turn = trpt->bup.ovals[4];
		now.claim = trpt->bup.ovals[3];
		now.next = trpt->bup.ovals[2];
		now.exists = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->result = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 173: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.oval;
		;
		goto R999;

	case 174: // STATE 27
		;
	/* 0 */	((P0 *)_this)->op = trpt->bup.oval;
		;
		;
		goto R999;

	case 175: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[2];
		((P0 *)_this)->result = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->first = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 176: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[8];
		((P0 *)_this)->result = trpt->bup.ovals[7];
		now.answer[ Index(((P0 *)_this)->turn, 2) ] = trpt->bup.ovals[6];
		now.state = trpt->bup.ovals[5];
		now.next = trpt->bup.ovals[4];
		now.claimed_turn = trpt->bup.ovals[3];
		now.claim = trpt->bup.ovals[2];
		now.exists = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->first = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 10);
		goto R999;

	case 177: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[3];
		((P0 *)_this)->result = trpt->bup.ovals[2];
	/* 1 */	((P0 *)_this)->turn = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->me = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 178: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[3];
		((P0 *)_this)->result = trpt->bup.ovals[2];
	/* 1 */	((P0 *)_this)->turn = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->me = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 179: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[4];
		((P0 *)_this)->result = trpt->bup.ovals[3];
		now.answer[ Index(((P0 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.state = trpt->bup.ovals[1];
		now.next = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 180: // STATE 51
		;
	/* 0 */	((P0 *)_this)->op = trpt->bup.oval;
		;
		;
		goto R999;

	case 181: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[2];
		((P0 *)_this)->result = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->turn = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 182: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[3];
		((P0 *)_this)->result = trpt->bup.ovals[2];
	/* 1 */	((P0 *)_this)->me = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->turn = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 183: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[3];
		((P0 *)_this)->result = trpt->bup.ovals[2];
		now.over[ Index(((P0 *)_this)->me, 13) ] = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->turn = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 184: // STATE 71
		;
		((P0 *)_this)->result = trpt->bup.ovals[4];
		((P0 *)_this)->result = trpt->bup.ovals[3];
		now.made[ Index(((P0 *)_this)->turn, 2) ] = trpt->bup.ovals[2];
		now.mark[ Index(((P0 *)_this)->turn, 2) ] = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->me = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 185: // STATE 73
		;
		p_restor(II);
		;
		;
		goto R999;
	}

