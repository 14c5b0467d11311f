// Package ivr is the engine that carries a caller through a call flow.
//
// # A flow is data
//
// A [Flow] is a list of nodes in the order in which one would tell the call. Each stands
// at a [Step] and names the steps that may follow:
//
//   - [Say] speaks a prompt,
//   - [Gather] has the caller key digits into a [Variable],
//   - [Menu] offers options, numbered in the order offered,
//   - [Action] runs domain code and goes on by its outcome,
//   - [Retry] leads back a limited number of times,
//   - [Transfer] connects the caller with a telephone number,
//   - [Enter] runs a [Subflow] and goes on by the [Return] that ends it,
//   - [Resume] leads from the help back to the question.
//
// A [Variable] says what it holds in the manner of its kind: a telephone number in groups, a time
// by the clock of the caller's language, one of the flow's Phrases as a part of the sentence.
// A secret that must be spoken fills a variable for one turn, and is never kept ([Call.FillForTurn]).
//
// A menu of more than five options comes on pages. An option can instead have a key of its
// own, which stays the same whatever else is offered. A page takes 30 seconds at the most, and
// one of a list ([Menu].Listing) 45; a variable of kind [Listed] says the numbers of a list.
//
// A subflow is a part of the call that serves several places, each of which says by variables
// what it is about and where its returns lead. Subflows enter others, but never themselves.
// Steps lead only to others of the same part; a question asked for help leads out of all.
//
// Two keys work at every question: 0 goes to the flow's Help step, unless a 0 is an answer
// ([Gather].Zero), and * to the question's Back step. [Call.Place] tells the help who has asked,
// and [Resume] leads back. Silence, too few keys, too many, and keys that mean nothing here each get a
// sentence of their own and the question once more, until its tries are used up.
//
// [Flow.Check] finds what the compiler can't: steps without a way to them or to the end
// of the call, prompts that lack a language, menus that are too long. [Flow.Mermaid] and
// [Subflow.Mermaid] draw the flow and its parts, [Flow.Exits] lists every way out of every
// node, so that a test can tell which were never taken.
//
// # A turn
//
// A turn is one webhook: the caller's keys come in, a TwiML document goes out.
// [Engine.Turn] claims the turn in the [Store], runs nodes until one waits for the caller
// or the call ends, and commits the new state with the answer in one step; the first turn
// of a call is claimed by its commit. A webhook that is delivered twice gets the same answer
// and has one effect, on whichever server it arrives; work that a turn does elsewhere must be idempotent on [Call.SID] and
// [Call.Turn], as a server can die between the work and the commit.
//
// State and answers are sealed before they leave the process, bound to their call.
package ivr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// A Flow is a call as data.
type Flow struct {
	Name  string
	Start Step
	// Sorry is where an error leads. It must reach the end of the call by Say alone.
	Sorry Step
	// Help is where the key 0 leads from any question.
	Help Step
	// Notices are the sentences that the engine says by itself.
	Notices Notices
	// Given holds the variables that are the same in every call, such as a number to call.
	Given map[Variable]string
	// Variables are the others that prompts name.
	Variables []Variable
	// Phrases are what variables of kind [Phrase] say. They may name other variables.
	Phrases []Prompt
	// Choices are what variables of kind [Phrase] say that say one of a few; the others can say any
	// phrase, which makes the estimate of a prompt longer.
	Choices map[Variable][]Prompt
	// Nodes in the order in which one would tell the call.
	Nodes []Node
}

// Notices are spoken before a question is asked once more, and in calls gone wrong.
type Notices struct {
	Silence  Prompt // no key was pressed
	TooFew   Prompt // the entry is too short; a flow without a [Gather] has none
	TooMany  Prompt // the entry is too long; likewise
	WrongKey Prompt // a key that means nothing here
	// StartOver begins a call that we know nothing of any more.
	StartOver Prompt
	// Apology is all that is said when the call's state can't be reached. It may hold
	// only Given variables.
	Apology Prompt
	// Unsure is said once in a turn whose work made a change that may not last: after the next [Say],
	// which says what was done, or before a question. A flow that changes nothing lasting has none.
	Unsure Prompt
}

// A Step is the name of a node, unique in its flow, in words-with-hyphens.
type Step string

// HangUp as a next [Step] ends the call. It has no type of its own, as the exits of an
// [Enter] would be held to have one of that name: steps are no enumeration.
const HangUp = "hang-up"

// here is returned by a node that waits for the caller.
const here = ""

// A Node is one of [Say], [Gather], [Menu], [Action], [Retry], [Transfer], [Enter],
// [Return] and [Resume].
type Node interface {
	// step is where the node stands.
	step() Step
	// exits are the ways out, in the order in which one would tell them.
	exits() []Exit
	// prompts are the sentences that the node itself speaks.
	prompts() []Prompt
	// enter runs the node and returns the next step, or here if it waits for the caller.
	enter(ctx context.Context, t *turn) (Step, error)
	// symbol is the shape of the node in a Mermaid flowchart, its text quoted.
	symbol(text string) string
}

// A waiting is a node that waits for the caller.
type waiting interface {
	Node
	// receive takes in what came of the wait and returns the next step, or here.
	receive(t *turn, input Input) Step
}

// An Exit is one way out of a node.
type Exit struct {
	From Step
	Name string // what happened: an outcome, a key, "silence" ...
	To   Step
}

// Exits lists every way out of every node, in the order of the flow, each subflow once.
func (f *Flow) Exits() []Exit {
	var all []Exit
	for _, node := range f.everyNode() {
		all = append(all, node.exits()...)
		if helps(node) {
			all = append(all, Exit{node.step(), help, f.Help})
		}
	}
	return all
}

// helps says whether a node is a question at which 0 asks for help.
func helps(node Node) bool {
	switch l := node.(type) {
	case Gather:
		return !l.Zero
	case Menu:
		return true
	}
	return false
}

// index returns the nodes by their steps.
func (f *Flow) index() map[Step]Node {
	nodes := make(map[Step]Node, len(f.Nodes))
	for _, node := range f.everyNode() {
		nodes[node.step()] = node
	}
	return nodes
}

// Prompts lists every prompt once, in the order of the flow, the notices last.
func (f *Flow) Prompts() []Prompt {
	var all []Prompt
	seen := map[string]bool{}
	for _, p := range f.everyPrompt() {
		if !seen[p.Name] {
			seen[p.Name] = true
			all = append(all, p)
		}
	}
	return all
}

// everyPrompt lists the prompts as often as they are spoken.
func (f *Flow) everyPrompt() []Prompt {
	var all []Prompt
	for _, node := range f.everyNode() {
		all = append(all, node.prompts()...)
	}
	all = append(all, f.everyPhrase()...)
	return append(all, f.notices()...)
}

// notices are those that the flow can come to, in the order of their fields: nothing is too short where
// nobody is asked for an entry.
func (f *Flow) notices() []Prompt {
	n := f.Notices
	all := []Prompt{n.Silence}
	if slices.ContainsFunc(f.everyNode(), func(node Node) bool { _, isGather := node.(Gather); return isGather }) {
		all = append(all, n.TooFew, n.TooMany)
	}
	return append(append(all, n.WrongKey, n.StartOver, n.Apology), written(n.Unsure)...)
}

// everyPhrase lists what variables of kind Phrase say.
func (f *Flow) everyPhrase() []Prompt {
	var all []Prompt
	for _, p := range f.parts() {
		all = append(all, p.Phrases...)
	}
	for _, p := range f.parts() {
		for _, v := range byName(p.Choices) {
			all = append(all, p.Choices[v]...)
		}
	}
	return all
}

// choices are by the names of their variables.
func (f *Flow) choices() map[string][]Prompt {
	named := make(map[string][]Prompt)
	for _, p := range f.parts() {
		for v, of := range p.Choices {
			named[v.Name] = append(named[v.Name], of...)
		}
	}
	return named
}

// phrases returns them by their names.
func (f *Flow) phrases() map[string]Prompt {
	named := make(map[string]Prompt)
	for _, p := range f.everyPhrase() {
		named[p.Name] = p
	}
	return named
}

// variables returns the variables that prompts can name, by their names.
func (f *Flow) variables() map[string]Variable {
	named := map[string]Variable{key.Name: key}
	for v := range f.Given {
		named[v.Name] = v
	}
	for _, p := range f.parts() {
		for _, v := range p.Variables {
			named[v.Name] = v
		}
	}
	return named
}

// words turns a step's name into words for a drawing.
func (s Step) words() string { return strings.ReplaceAll(string(s), "-", " ") }

// KeptAnswers is how many of a call's newest answers a [Store] keeps at the least; to a turn
// whose answer is gone it gives the newest. One is enough: Twilio posts a turn once it has the
// answer of the turn before, so nobody waits for an older one any more.
const KeptAnswers = 1

// ErrOvertaken is Commit's refusal: another one answered the turn, or took over the claim.
var ErrOvertaken = errors.New("the turn was answered by another")

// Store keeps the calls under way. What it is given is sealed already. It must work for
// any number of servers that share it.
type Store interface {
	// Begin claims a turn of a call, or only looks for its answer. The same holder may claim it again.
	Begin(ctx context.Context, claim Claim) (Begun, error)
	// Commit stores the new state and the answer of a claimed turn in one step, and ends
	// the claim. It says ErrOvertaken when another one took over the claim; one that ran
	// out and was not taken over still counts. Said again by the same holder, it changes
	// nothing and is no error, as a lost confirmation must be retried.
	Commit(ctx context.Context, commit Commit) error
}

// Claim is the wish to answer a turn.
type Claim struct {
	Call   string // the CallSid
	Turn   int    // 0 is the incoming call
	Holder string // who claims; random, never used twice, without line breaks
	Now    time.Time
	Until  time.Time // when the claim runs out, as its holder must have died; zero: nothing is claimed or changed
}

// Begun is what Begin found.
type Begun struct {
	Status Status
	State  []byte // of a Claimed turn; nil when the call is unknown: never seen, expired or lost, in whole or in part
	Answer []byte // of an Answered turn
	Turn   int    // of an Answered turn: the one whose answer it is
	// Old says that servers of the release before go on with the call: what is committed must be such
	// as they read.
	Old bool
}

// Status says how a claim went.
type Status int

const (
	// Claimed: the turn is the holder's. It is the one that the call waits for, or the
	// call is unknown (then any turn can be claimed, and the call goes on from it). A turn
	// beyond the one that the call waits for can only have been asked for by an answer
	// whose commit was lost, by a store that failed over. What is left of the call is
	// dropped then, and the call unknown: to go on from the old state would use the numbers
	// of turns again, whose effects would be taken for done.
	Claimed Status = iota + 1
	// Answered: the turn has its answer; or it is before the one that the call waits for
	// and has none (any more), and the answer is the newest.
	Answered
	// InProgress: another holder has the turn that the call waits for.
	InProgress
	// Unanswered: nothing was to be claimed, the turn has no answer, and no other holder has the
	// turn that the call waits for.
	Unanswered
)

// Commit is a turn's effect on the call.
type Commit struct {
	Call   string
	Turn   int
	Holder string
	// First says that the turn begins the call, and was not claimed before: the commit
	// claims it as well. It is refused when anything is stored of the call.
	First   bool
	Old     bool // as Begin said
	State   []byte
	Answer  []byte
	Expires time.Time // when the call is forgotten, unless a turn is committed before
	Now     time.Time
}
