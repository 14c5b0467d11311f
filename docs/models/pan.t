#ifdef PEG
struct T_SRC {
	char *fl; int ln;
} T_SRC[NTRANS];

void
tr_2_src(int m, char *file, int ln)
{	T_SRC[m].fl = file;
	T_SRC[m].ln = ln;
}

void
putpeg(int n, int m)
{	printf("%5d	trans %4d ", m, n);
	printf("%s:%d\n",
		T_SRC[n].fl, T_SRC[n].ln);
}
#endif

void
settable(void)
{	Trans *T;
	Trans *settr(int, int, int, int, int, char *, int, int, int);

	trans = (Trans ***) emalloc(4*sizeof(Trans **));

	/* proctype 2: Twilio */

	trans[2] = (Trans **) emalloc(74*sizeof(Trans *));

	trans[2][70]	= settr(659,0,69,1,0,".(goto)", 0, 2, 0);
	T = trans[2][69] = settr(658,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(658,0,1,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(658,0,3,0,0,"DO", 0, 2, 0);
	trans[2][1]	= settr(590,0,72,3,3,"((turn>1))", 0, 2, 0);
	trans[2][2]	= settr(591,0,72,1,0,"goto :b0", 0, 2, 0);
	trans[2][3]	= settr(592,0,4,2,0,"else", 0, 2, 0);
	trans[2][4]	= settr(593,0,8,4,4,"d = (turn*3)", 0, 2, 0);
	T = trans[ 2][8] = settr(597,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(597,2,5,0,0,"ATOMIC", 1, 2, 0);
	trans[2][5]	= settr(594,2,7,5,5,"second = 0", 1, 2, 0); /* m: 6 -> 0,7 */
	reached2[6] = 1;
	trans[2][6]	= settr(0,0,0,0,0,"lost_here = 0",0,0,0);
	trans[2][7]	= settr(596,0,43,6,6,"(run Server(d,turn,0))", 1, 2, 0);
	trans[2][44]	= settr(633,0,43,1,0,".(goto)", 0, 2, 0);
	T = trans[2][43] = settr(632,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(632,0,13,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(632,0,21,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(632,0,30,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(632,0,35,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(632,0,40,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(632,0,41,0,0,"DO", 0, 2, 0);
	T = trans[ 2][13] = settr(602,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(602,2,9,0,0,"ATOMIC", 1, 2, 0);
	trans[2][9]	= settr(598,2,12,7,7,"(((!(second)&&(twice>0))&&(post[d]!=1)))", 1, 2, 0); /* m: 10 -> 12,0 */
	reached2[10] = 1;
	trans[2][10]	= settr(0,0,0,0,0,"twice = (twice-1)",0,0,0);
	trans[2][11]	= settr(0,0,0,0,0,"second = 1",0,0,0);
	trans[2][12]	= settr(601,0,43,8,8,"(run Server((d+1),turn,0))", 1, 2, 0);
	T = trans[ 2][21] = settr(610,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(610,2,14,0,0,"ATOMIC", 1, 2, 0);
	trans[2][14]	= settr(603,2,19,9,0,"((post[d]==1))", 1, 2, 0);
	T = trans[ 2][19] = settr(608,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(608,0,15,0,0,"sub-sequence", 1, 2, 0);
	trans[2][15]	= settr(604,4,67,10,10,"told[turn] = words_of[d]", 1, 2, 0); /* m: 16 -> 0,67 */
	reached2[16] = 1;
	trans[2][16]	= settr(0,0,0,0,0,"told_by[turn] = run_of[d]",0,0,0);
	trans[2][17]	= settr(0,0,0,0,0,"assert(((told[turn]!=2)||(made[turn]==0)))",0,0,0);
	trans[2][18]	= settr(0,0,0,0,0,"assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))",0,0,0);
	trans[2][20]	= settr(609,0,67,1,0,"goto heard", 1, 2, 0);
	T = trans[ 2][30] = settr(619,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(619,2,22,0,0,"ATOMIC", 1, 2, 0);
	trans[2][22]	= settr(611,2,27,11,11,"((second&&(post[(d+1)]==1)))", 1, 2, 0);
	T = trans[ 2][27] = settr(616,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(616,0,23,0,0,"sub-sequence", 1, 2, 0);
	trans[2][23]	= settr(612,4,67,12,12,"told[turn] = words_of[(d+1)]", 1, 2, 0); /* m: 24 -> 0,67 */
	reached2[24] = 1;
	trans[2][24]	= settr(0,0,0,0,0,"told_by[turn] = run_of[(d+1)]",0,0,0);
	trans[2][25]	= settr(0,0,0,0,0,"assert(((told[turn]!=2)||(made[turn]==0)))",0,0,0);
	trans[2][26]	= settr(0,0,0,0,0,"assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))",0,0,0);
	trans[2][28]	= settr(0,0,0,0,0,"d = (d+1)",0,0,0);
	trans[2][29]	= settr(618,0,67,1,0,"goto heard", 1, 2, 0);
	T = trans[ 2][35] = settr(624,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(624,2,31,0,0,"ATOMIC", 1, 2, 0);
	trans[2][31]	= settr(620,0,43,13,13,"(((post[d]==0)&&(lost>0)))", 1, 2, 0); /* m: 32 -> 43,0 */
	reached2[32] = 1;
	trans[2][32]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[2][33]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[2][34]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	T = trans[ 2][40] = settr(629,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(629,2,36,0,0,"ATOMIC", 1, 2, 0);
	trans[2][36]	= settr(625,0,43,14,14,"(((second&&(post[(d+1)]==0))&&(lost>0)))", 1, 2, 0); /* m: 37 -> 43,0 */
	reached2[37] = 1;
	trans[2][37]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[2][38]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[2][39]	= settr(0,0,0,0,0,"post[(d+1)] = 2",0,0,0);
	trans[2][41]	= settr(630,0,47,15,15,"(((post[d]==2)&&(!(second)||(post[(d+1)]==2))))", 1, 2, 0);
	trans[2][42]	= settr(631,0,47,1,0,"goto :b1", 0, 2, 0);
	trans[2][45]	= settr(634,0,47,1,0,"break", 0, 2, 0);
	T = trans[ 2][47] = settr(636,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(636,2,46,0,0,"ATOMIC", 1, 2, 0);
	trans[2][46]	= settr(635,0,61,16,16,"(run Server((d+2),turn,1))", 1, 2, 0);
	T = trans[2][61] = settr(650,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(650,0,55,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(650,0,56,0,0,"IF", 0, 2, 0);
	T = trans[ 2][55] = settr(644,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(644,2,48,0,0,"ATOMIC", 1, 2, 0);
	trans[2][48]	= settr(637,2,53,17,0,"((post[(d+2)]==1))", 1, 2, 0);
	T = trans[ 2][53] = settr(642,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(642,0,49,0,0,"sub-sequence", 1, 2, 0);
	trans[2][49]	= settr(638,0,67,18,18,"told[turn] = words_of[(d+2)]", 1, 2, 0); /* m: 50 -> 0,67 */
	reached2[50] = 1;
	trans[2][50]	= settr(0,0,0,0,0,"told_by[turn] = run_of[(d+2)]",0,0,0);
	trans[2][51]	= settr(0,0,0,0,0,"assert(((told[turn]!=2)||(made[turn]==0)))",0,0,0);
	trans[2][52]	= settr(0,0,0,0,0,"assert((((told[turn]!=1)||(turn==0))||(made[turn]==1)))",0,0,0);
	trans[2][54]	= settr(0,0,0,0,0,"d = (d+2)",0,0,0);
	trans[2][62]	= settr(651,0,67,1,0,".(goto)", 0, 2, 0);
	trans[2][56]	= settr(645,0,59,19,19,"((post[(d+2)]==2))", 1, 2, 0);
	T = trans[ 2][59] = settr(648,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(648,2,57,0,0,"ATOMIC", 1, 2, 0);
	trans[2][57]	= settr(646,0,72,20,20,"dead = 1", 1, 2, 0); /* m: 58 -> 0,72 */
	reached2[58] = 1;
	trans[2][58]	= settr(0,0,0,0,0,"assert((lost_here>=2))",0,0,0);
	trans[2][60]	= settr(649,0,72,1,0,"goto over_now", 0, 2, 0);
	T = trans[2][67] = settr(656,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(656,0,63,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(656,0,65,0,0,"IF", 0, 2, 0);
	trans[2][63]	= settr(652,0,72,21,21,"((run_of[d]==0))", 1, 2, 0);
	trans[2][64]	= settr(653,0,72,1,0,"goto :b0", 0, 2, 0);
	trans[2][68]	= settr(657,0,69,1,0,".(goto)", 0, 2, 0);
	trans[2][65]	= settr(654,0,66,2,0,"else", 0, 2, 0);
	trans[2][66]	= settr(655,0,69,22,22,"turn = (turn+1)", 0, 2, 0);
	trans[2][71]	= settr(660,0,72,1,0,"break", 0, 2, 0);
	trans[2][72]	= settr(661,0,73,23,23,"ended = 1", 1, 2, 0);
	trans[2][73]	= settr(662,0,0,24,24,"-end-", 0, 3500, 0);

	/* proctype 1: Server */

	trans[1] = (Trans **) emalloc(518*sizeof(Trans *));

	T = trans[1][8] = settr(80,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(80,0,1,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(80,0,7,0,0,"IF", 0, 2, 0);
	trans[1][1]	= settr(73,0,13,1,0,"(1)", 0, 2, 0);
	trans[1][9]	= settr(81,0,13,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][7] = settr(79,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(79,2,2,0,0,"ATOMIC", 1, 2, 0);
	trans[1][2]	= settr(74,4,516,25,25,"((lost>0))", 1, 2, 0); /* m: 3 -> 516,0 */
	reached1[3] = 1;
	trans[1][3]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[1][4]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[1][5]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	trans[1][6]	= settr(78,0,516,1,0,"goto died", 1, 2, 0);
	T = trans[1][13] = settr(85,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(85,0,10,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(85,0,12,0,0,"IF", 0, 2, 0);
	trans[1][10]	= settr(82,0,286,26,0,"(first)", 0, 2, 0);
	trans[1][11]	= settr(83,0,286,1,0,"goto work", 0, 2, 0);
	trans[1][14]	= settr(86,0,15,1,0,".(goto)", 0, 2, 0);
	trans[1][12]	= settr(84,0,15,2,0,"else", 0, 2, 0);
	trans[1][15]	= settr(87,0,92,27,27,"first = 0", 0, 2, 0);
	T = trans[ 1][92] = settr(164,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(164,0,91,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 1][91] = settr(163,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(163,2,16,0,0,"ATOMIC", 1, 3, 0);
	trans[1][16]	= settr(88,2,89,28,28,"result = 0", 1, 3, 0);
	T = trans[1][89] = settr(161,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(161,2,85,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(161,2,86,0,0,"IF", 1, 3, 0);
	T = trans[ 1][85] = settr(157,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(157,0,83,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][83] = settr(155,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(155,2,17,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(155,2,42,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(155,2,66,0,0,"IF", 1, 3, 0);
	trans[1][17]	= settr(89,2,41,29,0,"((1==1))", 1, 3, 0);
	T = trans[ 1][41] = settr(113,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(113,0,39,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][39] = settr(111,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(111,2,18,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(111,2,20,0,0,"IF", 1, 3, 0);
	trans[1][18]	= settr(90,4,106,30,30,"((exists&&(answer[turn]!=0)))", 1, 3, 0); /* m: 19 -> 106,0 */
	reached1[19] = 1;
	trans[1][19]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[1][40]	= settr(112,2,84,1,0,".(goto)", 1, 3, 0); /* m: 84 -> 0,106 */
	reached1[84] = 1;
	trans[1][20]	= settr(92,2,28,2,0,"else", 1, 3, 0);
	T = trans[1][28] = settr(100,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(100,2,21,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(100,2,23,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(100,2,26,0,0,"IF", 1, 3, 0);
	trans[1][21]	= settr(93,2,37,31,31,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 22 -> 37,0 */
	reached1[22] = 1;
	trans[1][22]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[1][29]	= settr(101,2,37,1,0,".(goto)", 1, 3, 0);
	trans[1][23]	= settr(95,2,37,32,32,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 24 -> 37,0 */
	reached1[24] = 1;
	trans[1][24]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[1][25]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[1][26]	= settr(98,2,27,2,0,"else", 1, 3, 0);
	trans[1][27]	= settr(99,2,37,33,33,"result = 1", 1, 3, 0);
	T = trans[1][37] = settr(109,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(109,2,30,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(109,2,36,0,0,"IF", 1, 3, 0);
	trans[1][30]	= settr(102,4,106,34,34,"((result==1))", 1, 3, 0); /* m: 31 -> 106,0 */
	reached1[31] = 1;
	trans[1][31]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[1][32]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][33]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[1][34]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][35]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][38]	= settr(110,2,84,1,0,".(goto)", 1, 3, 0); /* m: 84 -> 0,106 */
	reached1[84] = 1;
	trans[1][36]	= settr(108,2,84,2,0,"else", 1, 3, 0);
	trans[1][84]	= settr(156,4,106,35,35,".(goto)", 1, 3, 0); /* m: 90 -> 0,106 */
	reached1[90] = 1;
	trans[1][42]	= settr(114,2,65,36,0,"((1==2))", 1, 3, 0);
	T = trans[ 1][65] = settr(137,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(137,0,63,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][63] = settr(135,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(135,2,43,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(135,2,45,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(135,2,53,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(135,2,55,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(135,2,57,0,0,"IF", 1, 3, 0);
	trans[1][43]	= settr(115,4,106,37,37,"((!(exists)&&!(0)))", 1, 3, 0); /* m: 44 -> 106,0 */
	reached1[44] = 1;
	trans[1][44]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][64]	= settr(136,2,84,1,0,".(goto)", 1, 3, 0); /* m: 84 -> 0,106 */
	reached1[84] = 1;
	trans[1][45]	= settr(117,4,106,38,38,"((!(exists)&&0))", 1, 3, 0); /* m: 46 -> 106,0 */
	reached1[46] = 1;
	trans[1][46]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][47]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][48]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][49]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][50]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][51]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][52]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][53]	= settr(125,4,106,39,39,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 3, 0); /* m: 54 -> 106,0 */
	reached1[54] = 1;
	trans[1][54]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][55]	= settr(127,4,106,40,40,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 3, 0); /* m: 56 -> 106,0 */
	reached1[56] = 1;
	trans[1][56]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][57]	= settr(129,4,106,41,41,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 3, 0); /* m: 58 -> 106,0 */
	reached1[58] = 1;
	trans[1][58]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[1][59]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][60]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][61]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][62]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][66]	= settr(138,2,82,42,0,"((1==3))", 1, 3, 0);
	T = trans[ 1][82] = settr(154,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(154,0,80,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][80] = settr(152,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(152,2,67,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(152,2,69,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(152,2,71,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(152,2,74,0,0,"IF", 1, 3, 0);
	trans[1][67]	= settr(139,4,106,43,43,"(mark[turn])", 1, 3, 0); /* m: 68 -> 106,0 */
	reached1[68] = 1;
	trans[1][68]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][81]	= settr(153,2,84,1,0,".(goto)", 1, 3, 0); /* m: 84 -> 0,106 */
	reached1[84] = 1;
	trans[1][69]	= settr(141,4,106,44,44,"((!(mark[turn])&&over[me]))", 1, 3, 0); /* m: 70 -> 106,0 */
	reached1[70] = 1;
	trans[1][70]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][71]	= settr(143,4,106,45,45,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 72 -> 106,0 */
	reached1[72] = 1;
	trans[1][72]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[1][73]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][74]	= settr(146,4,106,46,46,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 75 -> 106,0 */
	reached1[75] = 1;
	trans[1][75]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[1][76]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[1][77]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[1][78]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[1][79]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][90]	= settr(162,0,106,47,47,".(goto)", 1, 3, 0);
	trans[1][86]	= settr(158,2,88,48,48,"((late>0))", 1, 3, 0); /* m: 87 -> 88,0 */
	reached1[87] = 1;
	trans[1][87]	= settr(0,0,0,0,0,"late = (late-1)",0,0,0);
	trans[1][88]	= settr(160,4,106,49,49,"stalled!1,turn,me,0", 1, 3, 0); /* m: 90 -> 106,0 */
	reached1[90] = 1;
	T = trans[1][106] = settr(178,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(178,0,93,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(178,0,95,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(178,0,97,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(178,0,100,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(178,0,102,0,0,"IF", 0, 2, 0);
	trans[1][93]	= settr(165,0,474,50,50,"((result==0))", 0, 2, 0);
	trans[1][94]	= settr(166,0,474,1,0,"goto again", 0, 2, 0);
	trans[1][107]	= settr(179,0,115,1,0,".(goto)", 0, 2, 0);
	trans[1][95]	= settr(167,0,507,51,0,"((result==2))", 0, 2, 0);
	trans[1][96]	= settr(168,0,507,1,0,"goto replay", 0, 2, 0);
	trans[1][97]	= settr(169,0,15,52,52,"(((result==3)&&(polls<1)))", 0, 2, 0); /* m: 98 -> 15,0 */
	reached1[98] = 1;
	trans[1][98]	= settr(0,0,0,0,0,"polls = (polls+1)",0,0,0);
	trans[1][99]	= settr(171,0,15,1,0,"goto try", 0, 2, 0);
	trans[1][100]	= settr(172,0,485,53,53,"(((result==3)&&(polls==1)))", 0, 2, 0);
	trans[1][101]	= settr(173,0,485,1,0,"goto apology", 0, 2, 0);
	trans[1][102]	= settr(174,0,105,54,54,"((result==1))", 0, 2, 0);
	T = trans[ 1][105] = settr(177,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(177,2,103,0,0,"ATOMIC", 1, 2, 0);
	trans[1][103]	= settr(175,0,115,55,55,"from = state", 1, 2, 0); /* m: 104 -> 0,115 */
	reached1[104] = 1;
	trans[1][104]	= settr(0,0,0,0,0,"assert(((turn==0)||(from==answer[(turn-1)])))",0,0,0);
	T = trans[1][115] = settr(187,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(187,0,108,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(187,0,114,0,0,"IF", 0, 2, 0);
	trans[1][108]	= settr(180,0,286,1,0,"(1)", 0, 2, 0);
	trans[1][116]	= settr(188,0,286,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][114] = settr(186,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(186,2,109,0,0,"ATOMIC", 1, 2, 0);
	trans[1][109]	= settr(181,4,516,56,56,"((lost>0))", 1, 2, 0); /* m: 110 -> 516,0 */
	reached1[110] = 1;
	trans[1][110]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[1][111]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[1][112]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	trans[1][113]	= settr(185,0,516,1,0,"goto died", 1, 2, 0);
	T = trans[1][286] = settr(358,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(358,0,117,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(358,0,119,0,0,"IF", 0, 2, 0);
	trans[1][117]	= settr(189,0,295,57,57,"((turn==0))", 0, 2, 0); /* m: 118 -> 295,0 */
	reached1[118] = 1;
	trans[1][118]	= settr(0,0,0,0,0,"words = 1",0,0,0);
	trans[1][287]	= settr(359,0,295,1,0,".(goto)", 0, 2, 0);
	trans[1][119]	= settr(191,0,196,58,0,"((turn>0))", 0, 2, 0);
	T = trans[ 1][196] = settr(268,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(268,0,195,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 1][195] = settr(267,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(267,2,120,0,0,"ATOMIC", 1, 3, 0);
	trans[1][120]	= settr(192,2,193,59,59,"result = 0", 1, 3, 0);
	T = trans[1][193] = settr(265,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(265,2,189,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(265,2,190,0,0,"IF", 1, 3, 0);
	T = trans[ 1][189] = settr(261,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(261,0,187,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][187] = settr(259,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(259,2,121,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(259,2,146,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(259,2,170,0,0,"IF", 1, 3, 0);
	trans[1][121]	= settr(193,2,145,60,0,"((3==1))", 1, 3, 0);
	T = trans[ 1][145] = settr(217,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(217,0,143,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][143] = settr(215,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(215,2,122,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(215,2,124,0,0,"IF", 1, 3, 0);
	trans[1][122]	= settr(194,4,276,61,61,"((exists&&(answer[turn]!=0)))", 1, 3, 0); /* m: 123 -> 276,0 */
	reached1[123] = 1;
	trans[1][123]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[1][144]	= settr(216,2,188,1,0,".(goto)", 1, 3, 0); /* m: 188 -> 0,276 */
	reached1[188] = 1;
	trans[1][124]	= settr(196,2,132,2,0,"else", 1, 3, 0);
	T = trans[1][132] = settr(204,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(204,2,125,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(204,2,127,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(204,2,130,0,0,"IF", 1, 3, 0);
	trans[1][125]	= settr(197,2,141,62,62,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 126 -> 141,0 */
	reached1[126] = 1;
	trans[1][126]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[1][133]	= settr(205,2,141,1,0,".(goto)", 1, 3, 0);
	trans[1][127]	= settr(199,2,141,63,63,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 128 -> 141,0 */
	reached1[128] = 1;
	trans[1][128]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[1][129]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[1][130]	= settr(202,2,131,2,0,"else", 1, 3, 0);
	trans[1][131]	= settr(203,2,141,64,64,"result = 1", 1, 3, 0);
	T = trans[1][141] = settr(213,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(213,2,134,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(213,2,140,0,0,"IF", 1, 3, 0);
	trans[1][134]	= settr(206,4,276,65,65,"((result==1))", 1, 3, 0); /* m: 135 -> 276,0 */
	reached1[135] = 1;
	trans[1][135]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[1][136]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][137]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[1][138]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][139]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][142]	= settr(214,2,188,1,0,".(goto)", 1, 3, 0); /* m: 188 -> 0,276 */
	reached1[188] = 1;
	trans[1][140]	= settr(212,2,188,2,0,"else", 1, 3, 0);
	trans[1][188]	= settr(260,4,276,66,66,".(goto)", 1, 3, 0); /* m: 194 -> 0,276 */
	reached1[194] = 1;
	trans[1][146]	= settr(218,2,169,67,0,"((3==2))", 1, 3, 0);
	T = trans[ 1][169] = settr(241,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(241,0,167,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][167] = settr(239,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(239,2,147,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(239,2,149,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(239,2,157,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(239,2,159,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(239,2,161,0,0,"IF", 1, 3, 0);
	trans[1][147]	= settr(219,4,276,68,68,"((!(exists)&&!(0)))", 1, 3, 0); /* m: 148 -> 276,0 */
	reached1[148] = 1;
	trans[1][148]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][168]	= settr(240,2,188,1,0,".(goto)", 1, 3, 0); /* m: 188 -> 0,276 */
	reached1[188] = 1;
	trans[1][149]	= settr(221,4,276,69,69,"((!(exists)&&0))", 1, 3, 0); /* m: 150 -> 276,0 */
	reached1[150] = 1;
	trans[1][150]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][151]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][152]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][153]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][154]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][155]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][156]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][157]	= settr(229,4,276,70,70,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 3, 0); /* m: 158 -> 276,0 */
	reached1[158] = 1;
	trans[1][158]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][159]	= settr(231,4,276,71,71,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 3, 0); /* m: 160 -> 276,0 */
	reached1[160] = 1;
	trans[1][160]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][161]	= settr(233,4,276,72,72,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 3, 0); /* m: 162 -> 276,0 */
	reached1[162] = 1;
	trans[1][162]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[1][163]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][164]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][165]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][166]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][170]	= settr(242,2,186,73,0,"((3==3))", 1, 3, 0);
	T = trans[ 1][186] = settr(258,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(258,0,184,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][184] = settr(256,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(256,2,171,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(256,2,173,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(256,2,175,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(256,2,178,0,0,"IF", 1, 3, 0);
	trans[1][171]	= settr(243,4,276,74,74,"(mark[turn])", 1, 3, 0); /* m: 172 -> 276,0 */
	reached1[172] = 1;
	trans[1][172]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][185]	= settr(257,2,188,1,0,".(goto)", 1, 3, 0); /* m: 188 -> 0,276 */
	reached1[188] = 1;
	trans[1][173]	= settr(245,4,276,75,75,"((!(mark[turn])&&over[me]))", 1, 3, 0); /* m: 174 -> 276,0 */
	reached1[174] = 1;
	trans[1][174]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][175]	= settr(247,4,276,76,76,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 176 -> 276,0 */
	reached1[176] = 1;
	trans[1][176]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[1][177]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][178]	= settr(250,4,276,77,77,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 179 -> 276,0 */
	reached1[179] = 1;
	trans[1][179]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[1][180]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[1][181]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[1][182]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[1][183]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][194]	= settr(266,0,276,78,78,".(goto)", 1, 3, 0);
	trans[1][190]	= settr(262,2,192,79,79,"((late>0))", 1, 3, 0); /* m: 191 -> 192,0 */
	reached1[191] = 1;
	trans[1][191]	= settr(0,0,0,0,0,"late = (late-1)",0,0,0);
	trans[1][192]	= settr(264,4,276,80,80,"stalled!3,turn,me,0", 1, 3, 0); /* m: 194 -> 276,0 */
	reached1[194] = 1;
	T = trans[1][276] = settr(348,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(348,0,197,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(348,0,275,0,0,"IF", 0, 2, 0);
	trans[1][197]	= settr(269,0,274,81,81,"((result==0))", 0, 2, 0);
	T = trans[ 1][274] = settr(346,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(346,0,273,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 1][273] = settr(345,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(345,2,198,0,0,"ATOMIC", 1, 3, 0);
	trans[1][198]	= settr(270,2,271,82,82,"result = 0", 1, 3, 0);
	T = trans[1][271] = settr(343,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(343,2,267,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(343,2,268,0,0,"IF", 1, 3, 0);
	T = trans[ 1][267] = settr(339,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(339,0,265,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][265] = settr(337,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(337,2,199,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(337,2,224,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(337,2,248,0,0,"IF", 1, 3, 0);
	trans[1][199]	= settr(271,2,223,83,0,"((3==1))", 1, 3, 0);
	T = trans[ 1][223] = settr(295,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(295,0,221,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][221] = settr(293,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(293,2,200,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(293,2,202,0,0,"IF", 1, 3, 0);
	trans[1][200]	= settr(272,0,284,84,84,"((exists&&(answer[turn]!=0)))", 1, 3, 0); /* m: 201 -> 284,0 */
	reached1[201] = 1;
	trans[1][201]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[1][222]	= settr(294,2,266,1,0,".(goto)", 1, 3, 0); /* m: 266 -> 0,284 */
	reached1[266] = 1;
	trans[1][202]	= settr(274,2,210,2,0,"else", 1, 3, 0);
	T = trans[1][210] = settr(282,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(282,2,203,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(282,2,205,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(282,2,208,0,0,"IF", 1, 3, 0);
	trans[1][203]	= settr(275,2,219,85,85,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 204 -> 219,0 */
	reached1[204] = 1;
	trans[1][204]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[1][211]	= settr(283,2,219,1,0,".(goto)", 1, 3, 0);
	trans[1][205]	= settr(277,2,219,86,86,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 206 -> 219,0 */
	reached1[206] = 1;
	trans[1][206]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[1][207]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[1][208]	= settr(280,2,209,2,0,"else", 1, 3, 0);
	trans[1][209]	= settr(281,2,219,87,87,"result = 1", 1, 3, 0);
	T = trans[1][219] = settr(291,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(291,2,212,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(291,2,218,0,0,"IF", 1, 3, 0);
	trans[1][212]	= settr(284,0,284,88,88,"((result==1))", 1, 3, 0); /* m: 213 -> 284,0 */
	reached1[213] = 1;
	trans[1][213]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[1][214]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][215]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[1][216]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][217]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][220]	= settr(292,2,266,1,0,".(goto)", 1, 3, 0); /* m: 266 -> 0,284 */
	reached1[266] = 1;
	trans[1][218]	= settr(290,2,266,2,0,"else", 1, 3, 0);
	trans[1][266]	= settr(338,0,284,89,89,".(goto)", 1, 3, 0); /* m: 272 -> 0,284 */
	reached1[272] = 1;
	trans[1][224]	= settr(296,2,247,90,0,"((3==2))", 1, 3, 0);
	T = trans[ 1][247] = settr(319,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(319,0,245,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][245] = settr(317,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(317,2,225,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(317,2,227,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(317,2,235,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(317,2,237,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(317,2,239,0,0,"IF", 1, 3, 0);
	trans[1][225]	= settr(297,0,284,91,91,"((!(exists)&&!(0)))", 1, 3, 0); /* m: 226 -> 284,0 */
	reached1[226] = 1;
	trans[1][226]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][246]	= settr(318,2,266,1,0,".(goto)", 1, 3, 0); /* m: 266 -> 0,284 */
	reached1[266] = 1;
	trans[1][227]	= settr(299,0,284,92,92,"((!(exists)&&0))", 1, 3, 0); /* m: 228 -> 284,0 */
	reached1[228] = 1;
	trans[1][228]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][229]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][230]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][231]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][232]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][233]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][234]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][235]	= settr(307,0,284,93,93,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 3, 0); /* m: 236 -> 284,0 */
	reached1[236] = 1;
	trans[1][236]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][237]	= settr(309,0,284,94,94,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 3, 0); /* m: 238 -> 284,0 */
	reached1[238] = 1;
	trans[1][238]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][239]	= settr(311,0,284,95,95,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 3, 0); /* m: 240 -> 284,0 */
	reached1[240] = 1;
	trans[1][240]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[1][241]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][242]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][243]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][244]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][248]	= settr(320,2,264,96,0,"((3==3))", 1, 3, 0);
	T = trans[ 1][264] = settr(336,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(336,0,262,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][262] = settr(334,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(334,2,249,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(334,2,251,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(334,2,253,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(334,2,256,0,0,"IF", 1, 3, 0);
	trans[1][249]	= settr(321,0,284,97,97,"(mark[turn])", 1, 3, 0); /* m: 250 -> 284,0 */
	reached1[250] = 1;
	trans[1][250]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][263]	= settr(335,2,266,1,0,".(goto)", 1, 3, 0); /* m: 266 -> 0,284 */
	reached1[266] = 1;
	trans[1][251]	= settr(323,0,284,98,98,"((!(mark[turn])&&over[me]))", 1, 3, 0); /* m: 252 -> 284,0 */
	reached1[252] = 1;
	trans[1][252]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][253]	= settr(325,0,284,99,99,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 254 -> 284,0 */
	reached1[254] = 1;
	trans[1][254]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[1][255]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][256]	= settr(328,0,284,100,100,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 257 -> 284,0 */
	reached1[257] = 1;
	trans[1][257]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[1][258]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[1][259]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[1][260]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[1][261]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][272]	= settr(344,0,284,101,101,".(goto)", 1, 3, 0);
	trans[1][268]	= settr(340,2,270,102,102,"((late>0))", 1, 3, 0); /* m: 269 -> 270,0 */
	reached1[269] = 1;
	trans[1][269]	= settr(0,0,0,0,0,"late = (late-1)",0,0,0);
	trans[1][270]	= settr(342,0,284,103,103,"stalled!3,turn,me,0", 1, 3, 0); /* m: 272 -> 284,0 */
	reached1[272] = 1;
	trans[1][277]	= settr(349,0,284,1,0,".(goto)", 0, 2, 0);
	trans[1][275]	= settr(347,0,284,2,0,"else", 0, 2, 0);
	T = trans[1][284] = settr(356,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(356,0,278,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(356,0,280,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(356,0,282,0,0,"IF", 0, 2, 0);
	trans[1][278]	= settr(350,0,295,104,104,"((result==4))", 0, 2, 0); /* m: 279 -> 295,0 */
	reached1[279] = 1;
	trans[1][279]	= settr(0,0,0,0,0,"words = 1",0,0,0);
	trans[1][285]	= settr(357,0,295,1,0,".(goto)", 0, 2, 0);
	trans[1][280]	= settr(352,0,295,105,105,"((result==6))", 0, 2, 0); /* m: 281 -> 295,0 */
	reached1[281] = 1;
	trans[1][281]	= settr(0,0,0,0,0,"words = 2",0,0,0);
	trans[1][282]	= settr(354,0,295,106,106,"((result==0))", 0, 2, 0); /* m: 283 -> 295,0 */
	reached1[283] = 1;
	trans[1][283]	= settr(0,0,0,0,0,"words = 3",0,0,0);
	T = trans[1][295] = settr(367,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(367,0,288,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(367,0,294,0,0,"IF", 0, 2, 0);
	trans[1][288]	= settr(360,0,299,1,0,"(1)", 0, 2, 0);
	trans[1][296]	= settr(368,0,299,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][294] = settr(366,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(366,2,289,0,0,"ATOMIC", 1, 2, 0);
	trans[1][289]	= settr(361,4,516,107,107,"((lost>0))", 1, 2, 0); /* m: 290 -> 516,0 */
	reached1[290] = 1;
	trans[1][290]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[1][291]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[1][292]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	trans[1][293]	= settr(365,0,516,1,0,"goto died", 1, 2, 0);
	T = trans[ 1][299] = settr(371,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(371,2,297,0,0,"ATOMIC", 1, 2, 0);
	trans[1][297]	= settr(369,4,376,108,108,"says[me] = words", 1, 2, 0); /* m: 298 -> 0,376 */
	reached1[298] = 1;
	trans[1][298]	= settr(0,0,0,0,0,"words = 0",0,0,0);
	T = trans[ 1][376] = settr(448,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(448,0,375,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 1][375] = settr(447,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(447,2,300,0,0,"ATOMIC", 1, 3, 0);
	trans[1][300]	= settr(372,2,373,109,109,"result = 0", 1, 3, 0);
	T = trans[1][373] = settr(445,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(445,2,369,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(445,2,370,0,0,"IF", 1, 3, 0);
	T = trans[ 1][369] = settr(441,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(441,0,367,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][367] = settr(439,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(439,2,301,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(439,2,326,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(439,2,350,0,0,"IF", 1, 3, 0);
	trans[1][301]	= settr(373,2,325,110,0,"((2==1))", 1, 3, 0);
	T = trans[ 1][325] = settr(397,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(397,0,323,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][323] = settr(395,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(395,2,302,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(395,2,304,0,0,"IF", 1, 3, 0);
	trans[1][302]	= settr(374,4,456,111,111,"((exists&&(answer[turn]!=0)))", 1, 3, 0); /* m: 303 -> 456,0 */
	reached1[303] = 1;
	trans[1][303]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[1][324]	= settr(396,2,368,1,0,".(goto)", 1, 3, 0); /* m: 368 -> 0,456 */
	reached1[368] = 1;
	trans[1][304]	= settr(376,2,312,2,0,"else", 1, 3, 0);
	T = trans[1][312] = settr(384,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(384,2,305,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(384,2,307,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(384,2,310,0,0,"IF", 1, 3, 0);
	trans[1][305]	= settr(377,2,321,112,112,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 306 -> 321,0 */
	reached1[306] = 1;
	trans[1][306]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[1][313]	= settr(385,2,321,1,0,".(goto)", 1, 3, 0);
	trans[1][307]	= settr(379,2,321,113,113,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 308 -> 321,0 */
	reached1[308] = 1;
	trans[1][308]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[1][309]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[1][310]	= settr(382,2,311,2,0,"else", 1, 3, 0);
	trans[1][311]	= settr(383,2,321,114,114,"result = 1", 1, 3, 0);
	T = trans[1][321] = settr(393,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(393,2,314,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(393,2,320,0,0,"IF", 1, 3, 0);
	trans[1][314]	= settr(386,4,456,115,115,"((result==1))", 1, 3, 0); /* m: 315 -> 456,0 */
	reached1[315] = 1;
	trans[1][315]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[1][316]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][317]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[1][318]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][319]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][322]	= settr(394,2,368,1,0,".(goto)", 1, 3, 0); /* m: 368 -> 0,456 */
	reached1[368] = 1;
	trans[1][320]	= settr(392,2,368,2,0,"else", 1, 3, 0);
	trans[1][368]	= settr(440,4,456,116,116,".(goto)", 1, 3, 0); /* m: 374 -> 0,456 */
	reached1[374] = 1;
	trans[1][326]	= settr(398,2,349,117,0,"((2==2))", 1, 3, 0);
	T = trans[ 1][349] = settr(421,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(421,0,347,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][347] = settr(419,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(419,2,327,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(419,2,329,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(419,2,337,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(419,2,339,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(419,2,341,0,0,"IF", 1, 3, 0);
	trans[1][327]	= settr(399,4,456,118,118,"((!(exists)&&!(first)))", 1, 3, 0); /* m: 328 -> 456,0 */
	reached1[328] = 1;
	trans[1][328]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][348]	= settr(420,2,368,1,0,".(goto)", 1, 3, 0); /* m: 368 -> 0,456 */
	reached1[368] = 1;
	trans[1][329]	= settr(401,4,456,119,119,"((!(exists)&&first))", 1, 3, 0); /* m: 330 -> 456,0 */
	reached1[330] = 1;
	trans[1][330]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][331]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][332]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][333]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][334]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][335]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][336]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][337]	= settr(409,4,456,120,120,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 3, 0); /* m: 338 -> 456,0 */
	reached1[338] = 1;
	trans[1][338]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][339]	= settr(411,4,456,121,121,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 3, 0); /* m: 340 -> 456,0 */
	reached1[340] = 1;
	trans[1][340]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][341]	= settr(413,4,456,122,122,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 3, 0); /* m: 342 -> 456,0 */
	reached1[342] = 1;
	trans[1][342]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[1][343]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][344]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][345]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][346]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][350]	= settr(422,2,366,123,0,"((2==3))", 1, 3, 0);
	T = trans[ 1][366] = settr(438,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(438,0,364,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][364] = settr(436,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(436,2,351,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(436,2,353,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(436,2,355,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(436,2,358,0,0,"IF", 1, 3, 0);
	trans[1][351]	= settr(423,4,456,124,124,"(mark[turn])", 1, 3, 0); /* m: 352 -> 456,0 */
	reached1[352] = 1;
	trans[1][352]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][365]	= settr(437,2,368,1,0,".(goto)", 1, 3, 0); /* m: 368 -> 0,456 */
	reached1[368] = 1;
	trans[1][353]	= settr(425,4,456,125,125,"((!(mark[turn])&&over[me]))", 1, 3, 0); /* m: 354 -> 456,0 */
	reached1[354] = 1;
	trans[1][354]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][355]	= settr(427,4,456,126,126,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 356 -> 456,0 */
	reached1[356] = 1;
	trans[1][356]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[1][357]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][358]	= settr(430,4,456,127,127,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 359 -> 456,0 */
	reached1[359] = 1;
	trans[1][359]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[1][360]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[1][361]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[1][362]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[1][363]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][374]	= settr(446,0,456,128,128,".(goto)", 1, 3, 0);
	trans[1][370]	= settr(442,2,372,129,129,"((late>0))", 1, 3, 0); /* m: 371 -> 372,0 */
	reached1[371] = 1;
	trans[1][371]	= settr(0,0,0,0,0,"late = (late-1)",0,0,0);
	trans[1][372]	= settr(444,4,456,130,130,"stalled!2,turn,me,first", 1, 3, 0); /* m: 374 -> 456,0 */
	reached1[374] = 1;
	T = trans[1][456] = settr(528,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(528,0,377,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(528,0,455,0,0,"IF", 0, 2, 0);
	trans[1][377]	= settr(449,0,454,131,131,"((result==0))", 0, 2, 0);
	T = trans[ 1][454] = settr(526,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(526,0,453,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 1][453] = settr(525,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(525,2,378,0,0,"ATOMIC", 1, 3, 0);
	trans[1][378]	= settr(450,2,451,132,132,"result = 0", 1, 3, 0);
	T = trans[1][451] = settr(523,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(523,2,447,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(523,2,448,0,0,"IF", 1, 3, 0);
	T = trans[ 1][447] = settr(519,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(519,0,445,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][445] = settr(517,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(517,2,379,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(517,2,404,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(517,2,428,0,0,"IF", 1, 3, 0);
	trans[1][379]	= settr(451,2,403,133,0,"((2==1))", 1, 3, 0);
	T = trans[ 1][403] = settr(475,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(475,0,401,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][401] = settr(473,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(473,2,380,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(473,2,382,0,0,"IF", 1, 3, 0);
	trans[1][380]	= settr(452,0,462,134,134,"((exists&&(answer[turn]!=0)))", 1, 3, 0); /* m: 381 -> 462,0 */
	reached1[381] = 1;
	trans[1][381]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[1][402]	= settr(474,2,446,1,0,".(goto)", 1, 3, 0); /* m: 446 -> 0,462 */
	reached1[446] = 1;
	trans[1][382]	= settr(454,2,390,2,0,"else", 1, 3, 0);
	T = trans[1][390] = settr(462,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(462,2,383,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(462,2,385,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(462,2,388,0,0,"IF", 1, 3, 0);
	trans[1][383]	= settr(455,2,399,135,135,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 384 -> 399,0 */
	reached1[384] = 1;
	trans[1][384]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[1][391]	= settr(463,2,399,1,0,".(goto)", 1, 3, 0);
	trans[1][385]	= settr(457,2,399,136,136,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 3, 0); /* m: 386 -> 399,0 */
	reached1[386] = 1;
	trans[1][386]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[1][387]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[1][388]	= settr(460,2,389,2,0,"else", 1, 3, 0);
	trans[1][389]	= settr(461,2,399,137,137,"result = 1", 1, 3, 0);
	T = trans[1][399] = settr(471,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(471,2,392,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(471,2,398,0,0,"IF", 1, 3, 0);
	trans[1][392]	= settr(464,0,462,138,138,"((result==1))", 1, 3, 0); /* m: 393 -> 462,0 */
	reached1[393] = 1;
	trans[1][393]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[1][394]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][395]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[1][396]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][397]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][400]	= settr(472,2,446,1,0,".(goto)", 1, 3, 0); /* m: 446 -> 0,462 */
	reached1[446] = 1;
	trans[1][398]	= settr(470,2,446,2,0,"else", 1, 3, 0);
	trans[1][446]	= settr(518,0,462,139,139,".(goto)", 1, 3, 0); /* m: 452 -> 0,462 */
	reached1[452] = 1;
	trans[1][404]	= settr(476,2,427,140,0,"((2==2))", 1, 3, 0);
	T = trans[ 1][427] = settr(499,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(499,0,425,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][425] = settr(497,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(497,2,405,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(497,2,407,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(497,2,415,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(497,2,417,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(497,2,419,0,0,"IF", 1, 3, 0);
	trans[1][405]	= settr(477,0,462,141,141,"((!(exists)&&!(first)))", 1, 3, 0); /* m: 406 -> 462,0 */
	reached1[406] = 1;
	trans[1][406]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][426]	= settr(498,2,446,1,0,".(goto)", 1, 3, 0); /* m: 446 -> 0,462 */
	reached1[446] = 1;
	trans[1][407]	= settr(479,0,462,142,142,"((!(exists)&&first))", 1, 3, 0); /* m: 408 -> 462,0 */
	reached1[408] = 1;
	trans[1][408]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[1][409]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[1][410]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[1][411]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][412]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][413]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][414]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][415]	= settr(487,0,462,143,143,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 3, 0); /* m: 416 -> 462,0 */
	reached1[416] = 1;
	trans[1][416]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[1][417]	= settr(489,0,462,144,144,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 3, 0); /* m: 418 -> 462,0 */
	reached1[418] = 1;
	trans[1][418]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][419]	= settr(491,0,462,145,145,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 3, 0); /* m: 420 -> 462,0 */
	reached1[420] = 1;
	trans[1][420]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[1][421]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[1][422]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[1][423]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[1][424]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][428]	= settr(500,2,444,146,0,"((2==3))", 1, 3, 0);
	T = trans[ 1][444] = settr(516,0,0,0,0,"sub-sequence", 1, 3, 0);
	T->nxt	= settr(516,0,442,0,0,"sub-sequence", 1, 3, 0);
	T = trans[1][442] = settr(514,2,0,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(514,2,429,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(514,2,431,0,0,"IF", 1, 3, 0);
	T = T->nxt	= settr(514,2,433,0,0,"IF", 1, 3, 0);
	    T->nxt	= settr(514,2,436,0,0,"IF", 1, 3, 0);
	trans[1][429]	= settr(501,0,462,147,147,"(mark[turn])", 1, 3, 0); /* m: 430 -> 462,0 */
	reached1[430] = 1;
	trans[1][430]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][443]	= settr(515,2,446,1,0,".(goto)", 1, 3, 0); /* m: 446 -> 0,462 */
	reached1[446] = 1;
	trans[1][431]	= settr(503,0,462,148,148,"((!(mark[turn])&&over[me]))", 1, 3, 0); /* m: 432 -> 462,0 */
	reached1[432] = 1;
	trans[1][432]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][433]	= settr(505,0,462,149,149,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 434 -> 462,0 */
	reached1[434] = 1;
	trans[1][434]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[1][435]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[1][436]	= settr(508,0,462,150,150,"((!(mark[turn])&&!(over[me])))", 1, 3, 0); /* m: 437 -> 462,0 */
	reached1[437] = 1;
	trans[1][437]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[1][438]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[1][439]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[1][440]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[1][441]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[1][452]	= settr(524,0,462,151,151,".(goto)", 1, 3, 0);
	trans[1][448]	= settr(520,2,450,152,152,"((late>0))", 1, 3, 0); /* m: 449 -> 450,0 */
	reached1[449] = 1;
	trans[1][449]	= settr(0,0,0,0,0,"late = (late-1)",0,0,0);
	trans[1][450]	= settr(522,0,462,153,153,"stalled!2,turn,me,first", 1, 3, 0); /* m: 452 -> 462,0 */
	reached1[452] = 1;
	trans[1][457]	= settr(529,0,462,1,0,".(goto)", 0, 2, 0);
	trans[1][455]	= settr(527,0,462,2,0,"else", 0, 2, 0);
	T = trans[1][462] = settr(534,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(534,0,458,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(534,0,460,0,0,"IF", 0, 2, 0);
	trans[1][458]	= settr(530,0,507,154,0,"((result==4))", 0, 2, 0);
	trans[1][459]	= settr(531,0,507,1,0,"goto replay", 0, 2, 0);
	trans[1][463]	= settr(535,0,474,1,0,".(goto)", 0, 2, 0);
	trans[1][460]	= settr(532,0,474,155,155,"(((result==5)||(result==0)))", 0, 2, 0);
	trans[1][461]	= settr(533,0,474,1,0,"goto again", 0, 2, 0);
	/* mark-down line 267 status 772 = 0 */
	T = trans[ 1][474] = settr(546,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(546,2,464,0,0,"ATOMIC", 1, 2, 0);
	trans[1][464]	= settr(536,2,472,156,156,"result = 0", 1, 2, 0); /* m: 465 -> 0,472 */
	reached1[465] = 1;
	trans[1][465]	= settr(0,0,0,0,0,"from = 0",0,0,0);
	trans[1][466]	= settr(0,0,0,0,0,"words = 0",0,0,0);
	trans[1][467]	= settr(0,0,0,0,0,"polls = 0",0,0,0);
	T = trans[1][472] = settr(544,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(544,2,468,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(544,2,471,0,0,"IF", 1, 2, 0);
	trans[1][468]	= settr(540,4,15,157,157,"((me==((d*2)+1)))", 1, 2, 0); /* m: 469 -> 15,0 */
	reached1[469] = 1;
	trans[1][469]	= settr(0,0,0,0,0,"me = (me+1)",0,0,0);
	trans[1][470]	= settr(542,0,15,1,0,"goto try", 1, 2, 0);
	trans[1][473]	= settr(545,0,485,1,0,".(goto)", 1, 2, 0);
	trans[1][471]	= settr(543,2,473,2,0,"else", 1, 2, 0);
	T = trans[ 1][485] = settr(557,2,0,0,0,"ATOMIC", 0, 2, 0);
	T->nxt	= settr(557,2,480,0,0,"ATOMIC", 0, 2, 0);
	T = trans[1][480] = settr(552,2,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(552,2,475,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(552,2,477,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(552,2,479,0,0,"IF", 0, 2, 0);
	trans[1][475]	= settr(547,4,493,158,158,"(((words==0)&&(turn>0)))", 0, 2, 0); /* m: 476 -> 493,0 */
	reached1[476] = 1;
	trans[1][476]	= settr(0,0,0,0,0,"words = 3",0,0,0);
	trans[1][481]	= settr(553,2,482,1,0,".(goto)", 0, 2, 0); /* m: 482 -> 0,493 */
	reached1[482] = 1;
	trans[1][477]	= settr(549,4,493,159,159,"(((words==0)&&(turn==0)))", 0, 2, 0); /* m: 478 -> 493,0 */
	reached1[478] = 1;
	trans[1][478]	= settr(0,0,0,0,0,"words = 1",0,0,0);
	trans[1][479]	= settr(551,2,482,2,0,"else", 0, 2, 0);
	trans[1][482]	= settr(554,4,493,160,160,"result = 0", 0, 2, 0); /* m: 483 -> 0,493 */
	reached1[483] = 1;
	trans[1][483]	= settr(0,0,0,0,0,"from = 0",0,0,0);
	trans[1][484]	= settr(0,0,0,0,0,"polls = 0",0,0,0);
	T = trans[1][493] = settr(565,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(565,0,486,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(565,0,492,0,0,"IF", 0, 2, 0);
	trans[1][486]	= settr(558,0,499,1,0,"(1)", 0, 2, 0);
	trans[1][494]	= settr(566,0,499,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][492] = settr(564,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(564,2,487,0,0,"ATOMIC", 1, 2, 0);
	trans[1][487]	= settr(559,4,516,161,161,"((lost>0))", 1, 2, 0); /* m: 488 -> 516,0 */
	reached1[488] = 1;
	trans[1][488]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[1][489]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[1][490]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	trans[1][491]	= settr(563,0,516,1,0,"goto died", 1, 2, 0);
	T = trans[ 1][499] = settr(571,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(571,2,495,0,0,"ATOMIC", 1, 2, 0);
	trans[1][495]	= settr(567,4,516,162,162,"words_of[d] = words", 1, 2, 0); /* m: 496 -> 0,516 */
	reached1[496] = 1;
	trans[1][496]	= settr(0,0,0,0,0,"run_of[d] = 0",0,0,0);
	trans[1][497]	= settr(0,0,0,0,0,"post[d] = 1",0,0,0);
	trans[1][498]	= settr(570,0,516,1,0,"goto died", 1, 2, 0);
	T = trans[1][507] = settr(579,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(579,0,500,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(579,0,506,0,0,"IF", 0, 2, 0);
	trans[1][500]	= settr(572,0,515,1,0,"(1)", 0, 2, 0);
	trans[1][508]	= settr(580,0,515,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][506] = settr(578,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(578,2,501,0,0,"ATOMIC", 1, 2, 0);
	trans[1][501]	= settr(573,4,516,163,163,"((lost>0))", 1, 2, 0); /* m: 502 -> 516,0 */
	reached1[502] = 1;
	trans[1][502]	= settr(0,0,0,0,0,"lost = (lost-1)",0,0,0);
	trans[1][503]	= settr(0,0,0,0,0,"lost_here = (lost_here+1)",0,0,0);
	trans[1][504]	= settr(0,0,0,0,0,"post[d] = 2",0,0,0);
	trans[1][505]	= settr(577,0,516,1,0,"goto died", 1, 2, 0);
/*->*/	trans[1][515]	= settr(587,32,516,164,164,"D_STEP284", 1, 2, 0);
	trans[1][516]	= settr(588,0,517,1,0,"(1)", 0, 2, 0);
	trans[1][517]	= settr(589,0,0,165,165,"-end-", 0, 3500, 0);

	/* proctype 0: Stalled */

	trans[0] = (Trans **) emalloc(74*sizeof(Trans *));

	trans[0][1]	= settr(0,0,72,166,166,"stalled?op,turn,me,first", 1, 503, 0);
	T = trans[ 0][72] = settr(71,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(71,2,70,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 0][70] = settr(69,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(69,0,68,0,0,"sub-sequence", 1, 2, 0);
	T = trans[0][68] = settr(67,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(67,2,2,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(67,2,27,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(67,2,51,0,0,"IF", 1, 2, 0);
	trans[0][2]	= settr(1,2,26,167,167,"((op==1))", 1, 2, 0);
	T = trans[ 0][26] = settr(25,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(25,0,24,0,0,"sub-sequence", 1, 2, 0);
	T = trans[0][24] = settr(23,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(23,2,3,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(23,2,5,0,0,"IF", 1, 2, 0);
	trans[0][3]	= settr(2,4,73,168,168,"((exists&&(answer[turn]!=0)))", 1, 2, 0); /* m: 4 -> 73,0 */
	reached0[4] = 1;
	trans[0][4]	= settr(0,0,0,0,0,"result = 2",0,0,0);
	trans[0][25]	= settr(24,2,69,1,0,".(goto)", 1, 2, 0); /* m: 69 -> 0,73 */
	reached0[69] = 1;
	trans[0][5]	= settr(4,2,13,2,0,"else", 1, 2, 0);
	T = trans[0][13] = settr(12,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(12,2,6,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(12,2,8,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(12,2,11,0,0,"IF", 1, 2, 0);
	trans[0][6]	= settr(5,2,22,169,169,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 2, 0); /* m: 7 -> 22,0 */
	reached0[7] = 1;
	trans[0][7]	= settr(0,0,0,0,0,"result = 3",0,0,0);
	trans[0][14]	= settr(13,2,22,1,0,".(goto)", 1, 2, 0);
	trans[0][8]	= settr(7,2,22,170,170,"((((exists&&(claim!=0))&&(claimed_turn==next))&&(claim!=me)))", 1, 2, 0); /* m: 9 -> 22,0 */
	reached0[9] = 1;
	trans[0][9]	= settr(0,0,0,0,0,"over[claim] = 1",0,0,0);
	trans[0][10]	= settr(0,0,0,0,0,"result = 1",0,0,0);
	trans[0][11]	= settr(10,2,12,2,0,"else", 1, 2, 0);
	trans[0][12]	= settr(11,2,22,171,171,"result = 1", 1, 2, 0);
	T = trans[0][22] = settr(21,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(21,2,15,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(21,2,21,0,0,"IF", 1, 2, 0);
	trans[0][15]	= settr(14,4,73,172,172,"((result==1))", 1, 2, 0); /* m: 16 -> 73,0 */
	reached0[16] = 1;
	trans[0][16]	= settr(0,0,0,0,0,"assert((!(state)||(next==turn)))",0,0,0);
	trans[0][17]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[0][18]	= settr(0,0,0,0,0,"next = turn",0,0,0);
	trans[0][19]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[0][20]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[0][23]	= settr(22,2,69,1,0,".(goto)", 1, 2, 0); /* m: 69 -> 0,73 */
	reached0[69] = 1;
	trans[0][21]	= settr(20,2,69,2,0,"else", 1, 2, 0);
	trans[0][69]	= settr(68,4,73,173,173,".(goto)", 1, 2, 0); /* m: 71 -> 0,73 */
	reached0[71] = 1;
	trans[0][27]	= settr(26,2,50,174,174,"((op==2))", 1, 2, 0);
	T = trans[ 0][50] = settr(49,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(49,0,48,0,0,"sub-sequence", 1, 2, 0);
	T = trans[0][48] = settr(47,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(47,2,28,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(47,2,30,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(47,2,38,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(47,2,40,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(47,2,42,0,0,"IF", 1, 2, 0);
	trans[0][28]	= settr(27,4,73,175,175,"((!(exists)&&!(first)))", 1, 2, 0); /* m: 29 -> 73,0 */
	reached0[29] = 1;
	trans[0][29]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[0][49]	= settr(48,2,69,1,0,".(goto)", 1, 2, 0); /* m: 69 -> 0,73 */
	reached0[69] = 1;
	trans[0][30]	= settr(29,4,73,176,176,"((!(exists)&&first))", 1, 2, 0); /* m: 31 -> 73,0 */
	reached0[31] = 1;
	trans[0][31]	= settr(0,0,0,0,0,"exists = 1",0,0,0);
	trans[0][32]	= settr(0,0,0,0,0,"claim = me",0,0,0);
	trans[0][33]	= settr(0,0,0,0,0,"claimed_turn = turn",0,0,0);
	trans[0][34]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[0][35]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[0][36]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[0][37]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[0][38]	= settr(37,4,73,177,177,"((exists&&((claim!=me)||(claimed_turn!=turn))))", 1, 2, 0); /* m: 39 -> 73,0 */
	reached0[39] = 1;
	trans[0][39]	= settr(0,0,0,0,0,"result = 5",0,0,0);
	trans[0][40]	= settr(39,4,73,178,178,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==(turn+1))))", 1, 2, 0); /* m: 41 -> 73,0 */
	reached0[41] = 1;
	trans[0][41]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[0][42]	= settr(41,4,73,179,179,"((((exists&&(claim==me))&&(claimed_turn==turn))&&(next==turn)))", 1, 2, 0); /* m: 43 -> 73,0 */
	reached0[43] = 1;
	trans[0][43]	= settr(0,0,0,0,0,"assert((answer[turn]==0))",0,0,0);
	trans[0][44]	= settr(0,0,0,0,0,"next = (turn+1)",0,0,0);
	trans[0][45]	= settr(0,0,0,0,0,"state = me",0,0,0);
	trans[0][46]	= settr(0,0,0,0,0,"answer[turn] = me",0,0,0);
	trans[0][47]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[0][51]	= settr(50,2,67,180,180,"((op==3))", 1, 2, 0);
	T = trans[ 0][67] = settr(66,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(66,0,65,0,0,"sub-sequence", 1, 2, 0);
	T = trans[0][65] = settr(64,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(64,2,52,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(64,2,54,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(64,2,56,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(64,2,59,0,0,"IF", 1, 2, 0);
	trans[0][52]	= settr(51,4,73,181,181,"(mark[turn])", 1, 2, 0); /* m: 53 -> 73,0 */
	reached0[53] = 1;
	trans[0][53]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[0][66]	= settr(65,2,69,1,0,".(goto)", 1, 2, 0); /* m: 69 -> 0,73 */
	reached0[69] = 1;
	trans[0][54]	= settr(53,4,73,182,182,"((!(mark[turn])&&over[me]))", 1, 2, 0); /* m: 55 -> 73,0 */
	reached0[55] = 1;
	trans[0][55]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[0][56]	= settr(55,4,73,183,183,"((!(mark[turn])&&!(over[me])))", 1, 2, 0); /* m: 57 -> 73,0 */
	reached0[57] = 1;
	trans[0][57]	= settr(0,0,0,0,0,"over[me] = 1",0,0,0);
	trans[0][58]	= settr(0,0,0,0,0,"result = 6",0,0,0);
	trans[0][59]	= settr(58,4,73,184,184,"((!(mark[turn])&&!(over[me])))", 1, 2, 0); /* m: 60 -> 73,0 */
	reached0[60] = 1;
	trans[0][60]	= settr(0,0,0,0,0,"mark[turn] = 1",0,0,0);
	trans[0][61]	= settr(0,0,0,0,0,"made[turn] = (made[turn]+1)",0,0,0);
	trans[0][62]	= settr(0,0,0,0,0,"assert((made[turn]==1))",0,0,0);
	trans[0][63]	= settr(0,0,0,0,0,"assert((told[turn]!=2))",0,0,0);
	trans[0][64]	= settr(0,0,0,0,0,"result = 4",0,0,0);
	trans[0][71]	= settr(0,0,0,0,0,"result = 0",0,0,0);
	trans[0][73]	= settr(72,0,0,185,185,"-end-", 0, 3500, 0);
	/* np_ demon: */
	trans[_NP_] = (Trans **) emalloc(3*sizeof(Trans *));
	T = trans[_NP_][0] = settr(9997,0,1,_T5,0,"(np_)", 1,2,0);
	    T->nxt	  = settr(9998,0,0,_T2,0,"(1)",   0,2,0);
	T = trans[_NP_][1] = settr(9999,0,1,_T5,0,"(np_)", 1,2,0);
}

Trans *
settr(	int t_id, int a, int b, int c, int d,
	char *t, int g, int tpe0, int tpe1)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	tmp->atom  = a&(6|32);	/* only (2|8|32) have meaning */
	if (!g) tmp->atom |= 8;	/* no global references */
	tmp->st    = b;
	tmp->tpe[0] = tpe0;
	tmp->tpe[1] = tpe1;
	tmp->tp    = t;
	tmp->t_id  = t_id;
	tmp->forw  = c;
	tmp->back  = d;
	return tmp;
}

Trans *
cpytr(Trans *a)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	int i;
	tmp->atom  = a->atom;
	tmp->st    = a->st;
#ifdef HAS_UNLESS
	tmp->e_trans = a->e_trans;
	for (i = 0; i < HAS_UNLESS; i++)
		tmp->escp[i] = a->escp[i];
#endif
	tmp->tpe[0] = a->tpe[0];
	tmp->tpe[1] = a->tpe[1];
	for (i = 0; i < 6; i++)
	{	tmp->qu[i] = a->qu[i];
		tmp->ty[i] = a->ty[i];
	}
	tmp->tp    = (char *) emalloc(strlen(a->tp)+1);
	strcpy(tmp->tp, a->tp);
	tmp->t_id  = a->t_id;
	tmp->forw  = a->forw;
	tmp->back  = a->back;
	return tmp;
}

#ifndef NOREDUCE
int
srinc_set(int n)
{	if (n <= 2) return LOCAL;
	if (n <= 2+  DELTA) return Q_FULL_F; /* 's' or nfull  */
	if (n <= 2+2*DELTA) return Q_EMPT_F; /* 'r' or nempty */
	if (n <= 2+3*DELTA) return Q_EMPT_T; /* empty */
	if (n <= 2+4*DELTA) return Q_FULL_T; /* full  */
	if (n ==   5*DELTA) return GLOBAL;
	if (n ==   6*DELTA) return TIMEOUT_F;
	if (n ==   7*DELTA) return ALPHA_F;
	Uerror("cannot happen srinc_class");
	return BAD;
}
int
srunc(int n, int m)
{	switch(m) {
	case Q_FULL_F: return n-2;
	case Q_EMPT_F: return n-2-DELTA;
	case Q_EMPT_T: return n-2-2*DELTA;
	case Q_FULL_T: return n-2-3*DELTA;
	case ALPHA_F:
	case TIMEOUT_F: return 257; /* non-zero, and > MAXQ */
	}
	Uerror("cannot happen srunc");
	return 0;
}
#endif
int cnt;
#ifdef HAS_UNLESS
int
isthere(Trans *a, int b)
{	Trans *t;
	for (t = a; t; t = t->nxt)
		if (t->t_id == b)
			return 1;
	return 0;
}
#endif
#ifndef NOREDUCE
int
mark_safety(Trans *t) /* for conditional safety */
{	int g = 0, i, j, k;

	if (!t) return 0;
	if (t->qu[0])
		return (t->qu[1])?2:1;	/* marked */

	for (i = 0; i < 2; i++)
	{	j = srinc_set(t->tpe[i]);
		if (j >= GLOBAL && j != ALPHA_F)
			return -1;
		if (j != LOCAL)
		{	k = srunc(t->tpe[i], j);
			if (g == 0
			||  t->qu[0] != k
			||  t->ty[0] != j)
			{	t->qu[g] = k;
				t->ty[g] = j;
				g++;
	}	}	}
	return g;
}
#endif
void
retrans(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
	/* process n, with m states, is=initial state */
{	Trans *T0, *T1, *T2, *T3;
	Trans *T4, *T5; /* t_reverse or has_unless */
	int i;
#if defined(HAS_UNLESS) || !defined(NOREDUCE)
	int k;
#endif
#ifndef NOREDUCE
	int g, h, j, aa;
#endif
#ifdef HAS_UNLESS
	int p;
#endif
	if (state_tables >= 4)
	{	printf("STEP 1 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	do {
		for (i = 1, cnt = 0; i < m; i++)
		{	T2 = trans[n][i];
			T1 = T2?T2->nxt:(Trans *)0;
/* prescan: */		for (T0 = T1; T0; T0 = T0->nxt)
/* choice in choice */	{	if (T0->st && trans[n][T0->st]
				&&  trans[n][T0->st]->nxt)
					break;
			}
#if 0
		if (T0)
		printf("\tstate %d / %d: choice in choice\n",
		i, T0->st);
#endif
			if (T0)
			for (T0 = T1; T0; T0 = T0->nxt)
			{	T3 = trans[n][T0->st];
				if (!T3->nxt)
				{	T2->nxt = cpytr(T0);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
					continue;
				}
				do {	T3 = T3->nxt;
					T2->nxt = cpytr(T3);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
				} while (T3->nxt);
				cnt++;
			}
		}
	} while (cnt);
	if (state_tables >= 3)
	{	printf("STEP 2 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	for (i = 1; i < m; i++)
	{	if (trans[n][i] && trans[n][i]->nxt) /* optimize */
		{	T1 = trans[n][i]->nxt;
#if 0
			printf("\t\tpull %d (%d) to %d\n",
			T1->st, T1->forw, i);
#endif
			srcln[i] = srcln[T1->st];	/* Oyvind Teig, 5.2.0 */

			if (!trans[n][T1->st]) continue;
			T0 = cpytr(trans[n][T1->st]);
			trans[n][i] = T0;
			reach[T1->st] = 1;
			imed(T0, T1->st, n, i);
			for (T1 = T1->nxt; T1; T1 = T1->nxt)
			{
#if 0
			printf("\t\tpull %d (%d) to %d\n",
				T1->st, T1->forw, i);
#endif
		/*		srcln[i] = srcln[T1->st];  gh: not useful */
				if (!trans[n][T1->st]) continue;
				T0->nxt = cpytr(trans[n][T1->st]);
				T0 = T0->nxt;
				reach[T1->st] = 1;
				imed(T0, T1->st, n, i);
	}	}	}
	if (state_tables >= 2)
	{	printf("STEP 3 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
#ifdef HAS_UNLESS
	for (i = 1; i < m; i++)
	{	if (!trans[n][i]) continue;
		/* check for each state i if an
		 * escape to some state p is defined
		 * if so, copy and mark p's transitions
		 * and prepend them to the transition-
		 * list of state i
		 */
	 if (!like_java) /* the default */
	 {	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->e_trans = p;
				T2->nxt = trans[n][i];
				trans[n][i] = T2;
		}	}
	 } else /* outermost unless checked first */
	 {	T4 = T3 = (Trans *) 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->nxt = (Trans *) 0;
				T2->e_trans = p;
				if (T3)	T3->nxt = T2;
				else	T4 = T2;
				T3 = T2;
		}	}
		if (T4)
		{	T3->nxt = trans[n][i];
			trans[n][i] = T4;
		}
	 }
	}
#endif
#ifndef NOREDUCE
	for (i = 1; i < m; i++)
	{	if (a_cycles)
		{ /* moves through these states are visible */
	#if PROG_LAB>0 && defined(HAS_NP)
			if (progstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (progstate[n][T1->st])
					goto degrade;
	#endif
			if (accpstate[n][i] || visstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (accpstate[n][T1->st])
					goto degrade;
		}
		T1 = trans[n][i];
		if (!T1) continue;
		g = mark_safety(T1);	/* V3.3.1 */
		if (g < 0) goto degrade; /* global */
		/* check if mixing of guards preserves reduction */
		if (T1->nxt)
		{	k = 0;
			for (T0 = T1; T0; T0 = T0->nxt)
			{	if (!(T0->atom&8))
					goto degrade;
				for (aa = 0; aa < 2; aa++)
				{	j = srinc_set(T0->tpe[aa]);
					if (j >= GLOBAL && j != ALPHA_F)
						goto degrade;
					if (T0->tpe[aa]
					&&  T0->tpe[aa]
					!=  T1->tpe[0])
						k = 1;
			}	}
			/* g = 0;	V3.3.1 */
			if (k)	/* non-uniform selection */
			for (T0 = T1; T0; T0 = T0->nxt)
			for (aa = 0; aa < 2; aa++)
			{	j = srinc_set(T0->tpe[aa]);
				if (j != LOCAL)
				{	k = srunc(T0->tpe[aa], j);
					for (h = 0; h < 6; h++)
						if (T1->qu[h] == k
						&&  T1->ty[h] == j)
							break;
					if (h >= 6)
					{	T1->qu[g%6] = k;
						T1->ty[g%6] = j;
						g++;
			}	}	}
			if (g > 6)
			{	T1->qu[0] = 0;	/* turn it off */
				printf("pan: warning, line %d, ",
					srcln[i]);
			 	printf("too many stmnt types (%d)",
					g);
			  	printf(" in selection\n");
			  goto degrade;
			}
		}
		/* mark all options global if >=1 is global */
		for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			if (!(T1->atom&8)) break;
		if (T1)
degrade:	for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			T1->atom &= ~8;	/* mark as unsafe */
		/* can only mix 'r's or 's's if on same chan */
		/* and not mixed with other local operations */
		T1 = trans[n][i];
		if (!T1 || T1->qu[0]) continue;
		j = T1->tpe[0];
		if (T1->nxt && T1->atom&8)
		{ if (j == 5*DELTA)
		  {	printf("warning: line %d ", srcln[i]);
			printf("mixed condition ");
			printf("(defeats reduction)\n");
			goto degrade;
		  }
		  for (T0 = T1; T0; T0 = T0->nxt)
		  for (aa = 0; aa < 2; aa++)
		  if  (T0->tpe[aa] && T0->tpe[aa] != j)
		  {	printf("warning: line %d ", srcln[i]);
			printf("[%d-%d] mixed %stion ",
				T0->tpe[aa], j, 
				(j==5*DELTA)?"condi":"selec");
			printf("(defeats reduction)\n");
			printf("	'%s' <-> '%s'\n",
				T1->tp, T0->tp);
			goto degrade;
		} }
	}
#endif
	for (i = 1; i < m; i++)
	{	T2 = trans[n][i];
		if (!T2
		||  T2->nxt
		||  strncmp(T2->tp, ".(goto)", 7)
		||  !stopstate[n][i])
			continue;
		stopstate[n][T2->st] = 1;
	}
	if (state_tables && !verbose)
	{	if (dodot)
		{	char buf[256], *q = buf, *p = procname[n];
			while (*p != '\0')
			{	if (*p != ':')
				{	*q++ = *p;
				}
				p++;
			}
			*q = '\0';
			printf("digraph ");
			switch (Btypes[n]) {
			case I_PROC:  printf("init {\n"); break;
			case N_CLAIM: printf("claim_%s {\n", buf); break;
			case E_TRACE: printf("notrace {\n"); break;
			case N_TRACE: printf("trace {\n"); break;
			default:      printf("p_%s {\n", buf); break;
			}
			printf("size=\"8,10\";\n");
			printf("  GT [shape=box,style=dotted,label=\"%s\"];\n", buf);
			printf("  GT -> S%d;\n", is);
		} else
		{	switch (Btypes[n]) {
			case I_PROC:  printf("init\n"); break;
			case N_CLAIM: printf("claim %s\n", procname[n]); break;
			case E_TRACE: printf("notrace assertion\n"); break;
			case N_TRACE: printf("trace assertion\n"); break;
			default:      printf("proctype %s\n", procname[n]); break;
		}	}
		for (i = 1; i < m; i++)
		{	reach[i] = 1;
		}
		tagtable(n, m, is, srcln, reach);
		if (dodot) printf("}\n");
	} else
	for (i = 1; i < m; i++)
	{	int nrelse;
		if (Btypes[n] != N_CLAIM)
		{	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			{	if (T0->st == i
				&& strcmp(T0->tp, "(1)") == 0)
				{	printf("error: proctype '%s' ",
						procname[n]);
		  			printf("line %d, state %d: has un",
						srcln[i], i);
					printf("conditional self-loop\n");
					pan_exit(1);
		}	}	}
		nrelse = 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		{	if (strcmp(T0->tp, "else") == 0)
				nrelse++;
		}
		if (nrelse > 1)
		{	printf("error: proctype '%s' state",
				procname[n]);
		  	printf(" %d, inherits %d", i, nrelse);
		  	printf(" 'else' stmnts\n");
			pan_exit(1);
	}	}
#if !defined(LOOPSTATE) && !defined(BFS_PAR)
	if (state_tables)
#endif
	do_dfs(n, m, is, srcln, reach, lpstate);

	if (!t_reverse)
	{	return;
	}
	/* process n, with m states, is=initial state -- reverse list */
	if (!state_tables && Btypes[n] != N_CLAIM)
	{	for (i = 1; i < m; i++)
		{	Trans *Tx = (Trans *) 0; /* list of escapes */
			Trans *Ty = (Trans *) 0; /* its tail element */
			T1 = (Trans *) 0; /* reversed list */
			T2 = (Trans *) 0; /* its tail */
			T3 = (Trans *) 0; /* remembers possible 'else' */

			/* find unless-escapes, they should go first */
			T4 = T5 = T0 = trans[n][i];
	#ifdef HAS_UNLESS
			while (T4 && T4->e_trans) /* escapes are first in orig list */
			{	T5 = T4;	  /* remember predecessor */
				T4 = T4->nxt;
			}
	#endif
			/* T4 points to first non-escape, T5 to its parent, T0 to original list */
			if (T4 != T0)		 /* there was at least one escape */
			{	T3 = T5->nxt;		 /* start of non-escapes */
				T5->nxt = (Trans *) 0;	 /* separate */
				Tx = T0;		 /* start of the escapes */
				Ty = T5;		 /* its tail */
				T0 = T3;		 /* the rest, to be reversed */
			}
			/* T0 points to first non-escape, Tx to the list of escapes, Ty to its tail */

			/* first tail-add non-escape transitions, reversed */
			T3 = (Trans *) 0;
			for (T5 = T0; T5; T5 = T4)
			{	T4 = T5->nxt;
	#ifdef HAS_UNLESS
				if (T5->e_trans)
				{	printf("error: cannot happen!\n");
					continue;
				}
	#endif
				if (strcmp(T5->tp, "else") == 0)
				{	T3 = T5;
					T5->nxt = (Trans *) 0;
				} else
				{	T5->nxt = T1;
					if (!T1) { T2 = T5; }
					T1 = T5;
			}	}
			/* T3 points to a possible else, which is removed from the list */
			/* T1 points to the reversed list so far (without escapes) */
			/* T2 points to the tail element -- where the else should go */
			if (T2 && T3)
			{	T2->nxt = T3;	/* add else */
			} else
			{	if (T3) /* there was an else, but there's no tail */
				{	if (!T1)	/* and no reversed list */
					{	T1 = T3; /* odd, but possible */
					} else		/* even stranger */
					{	T1->nxt = T3;
			}	}	}

			/* add in the escapes, to that they appear at the front */
			if (Tx && Ty) { Ty->nxt = T1; T1 = Tx; }

			trans[n][i] = T1;
			/* reversed, with escapes first and else last */
	}	}
	if (state_tables && verbose)
	{	printf("FINAL proctype %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
	}
}
void
imed(Trans *T, int v, int n, int j)	/* set intermediate state */
{	progstate[n][T->st] |= progstate[n][v];
	accpstate[n][T->st] |= accpstate[n][v];
	stopstate[n][T->st] |= stopstate[n][v];
	mapstate[n][j] = T->st;
}
void
tagtable(int n, int m, int is, short srcln[], uchar reach[])
{	Trans *z;

	if (is >= m || !trans[n][is]
	||  is <= 0 || reach[is] == 0)
		return;
	reach[is] = 0;
	if (state_tables)
	for (z = trans[n][is]; z; z = z->nxt)
	{	if (dodot)
			dot_crack(n, is, z);
		else
			crack(n, is, z, srcln);
	}

	for (z = trans[n][is]; z; z = z->nxt)
	{
#ifdef HAS_UNLESS
		int i, j;
#endif
		tagtable(n, m, z->st, srcln, reach);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			tagtable(n, m, j, srcln, reach);
		}
#endif
	}
}

extern Trans *t_id_lkup[];

void
dfs_table(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	Trans *z;

	if (is >= m || is <= 0 || !trans[n][is])
		return;
	if ((reach[is] & (4|8|16)) != 0)
	{	if ((reach[is] & (8|16)) == 16)	/* on stack, not yet recorded */
		{	lpstate[is] = 1;
			reach[is] |= 8; /* recorded */
			if (state_tables && verbose)
			{	printf("state %d line %d is a loopstate\n", is, srcln[is]);
		}	}
		return;
	}
	reach[is] |= (4|16);	/* visited | onstack */
	for (z = trans[n][is]; z; z = z->nxt)
	{	t_id_lkup[z->t_id] = z;
#ifdef HAS_UNLESS
		int i, j;
#endif
		dfs_table(n, m, z->st, srcln, reach, lpstate);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			dfs_table(n, m, j, srcln, reach, lpstate);
		}
#endif
	}
	reach[is] &= ~16; /* no longer on stack */
}
void
do_dfs(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	int i;
	dfs_table(n, m, is, srcln, reach, lpstate);
	for (i = 0; i < m; i++)
		reach[i] &= ~(4|8|16);
}
void
crack(int n, int j, Trans *z, short srcln[])
{	int i;

	if (!z) return;
	printf("	state %3d -(tr %3d)-> state %3d  ",
		j, z->forw, z->st);
	printf("[id %3d tp %3d", z->t_id, z->tpe[0]);
	if (z->tpe[1]) printf(",%d", z->tpe[1]);
#ifdef HAS_UNLESS
	if (z->e_trans)
		printf(" org %3d", z->e_trans);
	else if (state_tables >= 2)
	for (i = 0; i < HAS_UNLESS; i++)
	{	if (!z->escp[i]) break;
		printf(" esc %d", z->escp[i]);
	}
#endif
	printf("]");
	printf(" [%s%s%s%s%s] %s:%d => ",
		z->atom&6?"A":z->atom&32?"D":"-",
		accpstate[n][j]?"a" :"-",
		stopstate[n][j]?"e" : "-",
		progstate[n][j]?"p" : "-",
		z->atom & 8 ?"L":"G",
		PanSource, srcln[j]);
	for (i = 0; z->tp[i]; i++)
		if (z->tp[i] == '\n')
			printf("\\n");
		else
			putchar(z->tp[i]);
	if (verbose && z->qu[0])
	{	printf("\t[");
		for (i = 0; i < 6; i++)
			if (z->qu[i])
				printf("(%d,%d)",
				z->qu[i], z->ty[i]);
		printf("]");
	}
	printf("\n");
	fflush(stdout);
}
/* spin -a m.pml; cc -o pan pan.c; ./pan -D | dot -Tps > foo.ps; ps2pdf foo.ps */
void
dot_crack(int n, int j, Trans *z)
{	int i;

	if (!z) return;
	printf("	S%d -> S%d  [color=black", j, z->st);

	if (z->atom&6) printf(",style=dashed");
	else if (z->atom&32) printf(",style=dotted");
	else if (z->atom&8) printf(",style=solid");
	else printf(",style=bold");

	printf(",label=\"");
	for (i = 0; z->tp[i]; i++)
	{	if (z->tp[i] == '\\'
		&&  z->tp[i+1] == 'n')
		{	i++; printf(" ");
		} else
		{	putchar(z->tp[i]);
	}	}
	printf("\"];\n");
	if (accpstate[n][j]) printf("  S%d [color=red,style=bold];\n", j);
	else if (progstate[n][j]) printf("  S%d [color=green,style=bold];\n", j);
	if (stopstate[n][j]) printf("  S%d [color=blue,style=bold,shape=box];\n", j);
}

#ifdef VAR_RANGES
#define BYTESIZE	32	/* 2^8 : 2^3 = 256:8 = 32 */

typedef struct Vr_Ptr {
	char	*nm;
	uchar	vals[BYTESIZE];
	struct Vr_Ptr *nxt;
} Vr_Ptr;
Vr_Ptr *ranges = (Vr_Ptr *) 0;

void
logval(char *s, int v)
{	Vr_Ptr *tmp;

	if (v<0 || v > 255) return;
	for (tmp = ranges; tmp; tmp = tmp->nxt)
		if (!strcmp(tmp->nm, s))
			goto found;
	tmp = (Vr_Ptr *) emalloc(sizeof(Vr_Ptr));
	tmp->nxt = ranges;
	ranges = tmp;
	tmp->nm = s;
found:
	tmp->vals[(v)/8] |= 1<<((v)%8);
}

void
dumpval(uchar X[], int range)
{	int w, x, i, j = -1;

	for (w = i = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
from:		if ((X[w] & (1<<x)))
		{	printf("%d", i);
			j = i;
			goto upto;
	}	}
	return;
	for (w = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
upto:		if (!(X[w] & (1<<x)))
		{	if (i-1 == j)
				printf(", ");
			else
				printf("-%d, ", i-1);
			goto from;
	}	}
	if (j >= 0 && j != 255)
		printf("-255");
}

void
dumpranges(void)
{	Vr_Ptr *tmp;
	printf("\nValues assigned within ");
	printf("interval [0..255]:\n");
	for (tmp = ranges; tmp; tmp = tmp->nxt)
	{	printf("\t%s\t: ", tmp->nm);
		dumpval(tmp->vals, BYTESIZE);
		printf("\n");
	}
}
#endif
