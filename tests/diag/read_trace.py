"""Reads a trace strictly, and says what is in it: python3 read_trace.py FILE, as one line of JSON.

What it holds a trace to is Chrome's trace-event format, as Perfetto reads it, and what glasswal promises beyond it: nothing but the
known members, times in microseconds with three digits, the order of time, slices that lie within each other, flows that lead from one
slice to another, and a name for each process and thread. Whatever is wrong is a line on the standard error, and ends it with 1.
"""
import collections
import decimal
import json
import sys

MEMBERS = {
    'M': {'ph', 'name', 'pid', 'tid', 'args'},
    'X': {'ph', 'name', 'cat', 'ts', 'dur', 'pid', 'tid', 'args'},
    'C': {'ph', 'name', 'cat', 'ts', 'pid', 'tid', 'args'},
    'i': {'ph', 'name', 'cat', 'ts', 'pid', 'tid', 's', 'args'},
    's': {'ph', 'name', 'cat', 'ts', 'pid', 'tid', 'id'},
    'f': {'ph', 'name', 'cat', 'ts', 'pid', 'tid', 'id', 'bp'},
}
METADATA = {'process_name': 'name', 'process_sort_index': 'sort_index', 'thread_name': 'name', 'thread_sort_index': 'sort_index'}
problems = []


def expect(holds, what, event=''):
    if not holds:
        problems.append(f'{what}: {event}'[:500])
    return holds


def unique(pairs):
    names = [name for name, _ in pairs]
    expect(len(set(names)) == len(names), 'a name is there twice', names)
    return dict(pairs)


def no_constant(name):
    raise ValueError(f'{name} is no JSON')


def is_text(value):
    return isinstance(value, str) and not any('\ud800' <= character <= '\udfff' for character in value)


def is_whole(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_time(value):
    return isinstance(value, decimal.Decimal) and value >= 0 and value.as_tuple().exponent == -3


class Trace:
    def __init__(self, whole):
        self.names = {}  # (pid, tid or None) -> name
        self.open = collections.defaultdict(list)  # (pid, tid) -> the slices that contain what follows
        self.slices = []
        self.flows = {}
        self.counters = {}
        self.summary = {'slices': collections.Counter(), 'instants': collections.Counter(), 'within': collections.Counter(),
                        'statements': collections.Counter(), 'flows': [], 'waits': 0}
        expect(isinstance(whole, dict) and set(whole) == {'displayTimeUnit', 'otherData', 'traceEvents'}, 'the members are others')
        expect(whole['displayTimeUnit'] == 'ns', 'the unit is another')
        expect(set(whole['otherData']) == {'region', 'eventLevel', 'beginNs', 'lostEvents'}, 'otherData is another')
        self.begin, self.last = None, decimal.Decimal(-1)
        for event in whole['traceEvents']:
            self.read(event)
        self.end(whole)

    def read(self, event):
        phase = event.get('ph')
        if not expect(phase in MEMBERS and set(event) == MEMBERS[phase], 'the members are not those of its phase', event):
            return
        expect(is_text(event['name']) and event['name'] != '', 'it has no name', event)
        expect(is_whole(event['pid'], 1) and is_whole(event['tid'], 1), 'it has no place', event)
        if phase == 'M':
            return self.metadata(event)
        expect((event['pid'], None) in self.names and (event['pid'], event['tid']) in self.names, 'its place has no name', event)
        expect(is_text(event['cat']) and event['cat'] != '', 'it has no category', event)
        if not expect(is_time(event['ts']), 'its time is none', event):
            return
        expect(event['ts'] >= self.last, 'it is before the one before it', event)
        self.last = event['ts']
        {'X': self.slice, 'C': self.counter, 'i': self.instant, 's': self.flow_begin, 'f': self.flow_end}[phase](event)

    def metadata(self, event):
        expect(self.last < 0, 'metadata come late', event)
        if not expect(event['name'] in METADATA and set(event['args']) == {METADATA[event['name']]}, 'unknown metadata', event):
            return
        value = event['args'][METADATA[event['name']]]
        if not event['name'].endswith('_name'):
            return expect(is_whole(value), 'its place is no number', event)
        key = (event['pid'], None if event['name'] == 'process_name' else event['tid'])
        expect(key not in self.names, 'it has two names', event)
        expect(is_text(value) and value != '', 'its name is empty', event)
        self.names[key] = value

    def slice(self, event):
        if not expect(is_time(event['dur']) and isinstance(event['args'], dict), 'its duration is none', event):
            return
        place = (event['pid'], event['tid'])
        end = event['ts'] + event['dur']
        containing = self.open[place]
        while containing and containing[-1][1] <= event['ts'] and not (containing[-1][1] == end == event['ts']):
            containing.pop()
        expect(not containing or end <= containing[-1][1], 'it ends after what it begins in', event)
        if containing:
            self.summary['within'][f'{event["cat"]} in {containing[-1][2]["cat"]}'] += 1
        containing.append((event['ts'], end, event))
        self.slices.append((place, event['ts'], end, event))
        self.summary['slices'][event['cat']] += 1
        if event['cat'] == 'statement':
            self.summary['statements'][event['name']] += 1

    def counter(self, event):
        expect(event['args'] and all(is_whole(value) for value in event['args'].values()), 'its values are no numbers', event)
        if event['name'] == 'commits':
            expect(event['args']['commits'] >= self.counters.get('commits', {'commits': 0})['commits'], 'it counts back', event)
        self.counters[event['name']] = event['args']

    def instant(self, event):
        expect(event['s'] in ('t', 'p', 'g') and isinstance(event['args'], dict), 'its scope is none', event)
        self.summary['instants'][event['name']] += 1

    def flow_begin(self, event):
        expect(event['id'] not in self.flows, 'its number is another flow\'s', event)
        self.flows[event['id']] = [event]

    def flow_end(self, event):
        expect(event['bp'] == 'e', 'it leads to what comes next', event)
        if expect(len(self.flows.get(event['id'], [])) == 1, 'its flow has no beginning, or two ends', event):
            self.flows[event['id']].append(event)

    def around(self, event):
        place = (event['pid'], event['tid'])
        found = [each for at, begin, end, each in self.slices if at == place and begin <= event['ts'] <= end]
        expect(found, 'no slice is there', event)
        return found

    def end(self, whole):
        expect(len({tid for _, tid in self.names if tid is not None}) == sum(tid is not None for _, tid in self.names), 'threads share a number')
        for flow in self.flows.values():
            if not expect(len(flow) == 2, 'it has no end', flow):
                continue
            begin, end = flow
            expect((begin['name'], begin['cat']) == (end['name'], end['cat']), 'its ends differ', flow)
            expect((begin['pid'], begin['tid']) != (end['pid'], end['tid']), 'it leads nowhere', flow)
            expect(any(each['cat'] in ('lock', 'transaction') for each in self.around(begin)), 'nobody holds a lock there', flow)
            expect(any(each['cat'] == 'wait' for each in self.around(end)), 'nobody waits there', flow)
            self.summary['flows'].append(f'{self.names[(begin["pid"], None)]} > {self.names[(end["pid"], None)]}: {begin["name"]}')
        self.summary['processes'] = [name for (_, tid), name in self.names.items() if tid is None]
        self.summary['threads'] = [name for (_, tid), name in self.names.items() if tid is not None]
        self.summary['counters'] = self.counters
        self.summary['lost'] = whole['otherData']['lostEvents']


def main():
    sys.stdout.reconfigure(encoding='utf-8')
    with open(sys.argv[1], encoding='utf-8', errors='strict') as file:
        text = file.read()
    trace = Trace(json.loads(text, parse_float=decimal.Decimal, parse_constant=no_constant, object_pairs_hook=unique))
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    print(json.dumps(trace.summary, separators=(',', ':'), ensure_ascii=False))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
