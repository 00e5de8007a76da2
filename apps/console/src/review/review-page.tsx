import { useLocation } from 'preact-iso';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { SamplesNotice } from '../samples/notice.tsx';
import { type Category, orderChoices } from './choices.ts';
import { Help } from './help.tsx';
import { ItemView } from './item-view.tsx';
import { readFilter, reviewAddress } from './addresses.ts';
import { ReviewFilters } from './filters.tsx';
import type { Item, Kind, ReviewFilter, Verdict } from './item.ts';
import { ReviewList } from './list.tsx';
import { askSimilar } from './similar.tsx';
import { useKeys } from './keys.ts';
import { Picker } from './picker.tsx';
import { type Queue, useQueue } from './use-queue.ts';

/** Where agents work: one ticket at a time, by keyboard. */
export function ReviewPage() {
  const { query } = useLocation();
  const kind: Kind = query['kind'] === 'audit' ? 'audit' : 'ticket';
  const filter = readFilter(query);
  const place = JSON.stringify([kind, filter]);
  const [round, setRound] = useState(0);
  return (
    <>
      <SamplesNotice removed={() => setRound((before) => before + 1)} />
      {query['view'] === 'list' ? (
        <ReviewList key={`${place} ${round}`} filter={filter} />
      ) : (
        <Desk key={`${place} ${round}`} kind={kind} filter={filter} />
      )}
    </>
  );
}

function Desk({ kind, filter }: { kind: Kind; filter: ReviewFilter }) {
  const queue = useQueue(kind, filter);
  const [at, setAt] = useState(0);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const item = queue.held[Math.min(at, queue.held.length - 1)];
  const { data: taxonomy, error } = useAnswer('taxonomy', () => ask(v1.taxonomy.$get({})));
  const choices = useMemo(() => (item ? orderChoices(taxonomy?.categories ?? [], item) : []), [taxonomy, item]);
  const picker = useRef<HTMLSelectElement>(null);
  useEffect(() => setAt(0), [queue.done]);
  useEffect(() => {
    if (kind === 'ticket') for (const { id } of queue.held) askSimilar(id);
  }, [kind, queue.held]);
  useKeys(useActions({ queue, item, choices, setAt, setIsHelpOpen, picker }));
  return (
    <div class="review">
      <Bar kind={kind} filter={filter} queue={queue} help={() => setIsHelpOpen(true)} />
      {kind === 'ticket' && <ReviewFilters view="desk" given={filter} />}
      {queue.error !== '' && <Failure>{queue.error}</Failure>}
      {error !== undefined && <Failure>{error}</Failure>}
      {item === undefined && !queue.isFilling && <NothingLeft kind={kind} filter={filter} />}
      {item !== undefined && taxonomy !== undefined && (
        <>
          <ItemView item={item} />
          <Picker
            key={item.id}
            item={item}
            choices={choices}
            picker={picker}
            say={(verdict: Verdict) => queue.say(item, verdict)}
          />
        </>
      )}
      <Help isOpen={isHelpOpen} close={() => setIsHelpOpen(false)} />
    </div>
  );
}

interface Actions {
  queue: Queue;
  item: Item | undefined;
  choices: readonly Category[];
  setAt: (move: (at: number) => number) => void;
  setIsHelpOpen: (isOpen: boolean) => void;
  picker: { current: HTMLSelectElement | null };
}

/** What the keys do now. Tells whether a key did something. */
function useActions({ queue, item, choices, setAt, setIsHelpOpen, picker }: Actions): (key: string) => boolean {
  const { route } = useLocation();
  return useCallback(
    (key: string) => {
      const move = (by: number) => setAt((at) => Math.max(0, Math.min(at + by, queue.held.length - 1)));
      const always: Record<string, () => void> = {
        j: () => move(1),
        k: () => move(-1),
        u: () => queue.undo(),
        '/': () => route('/tickets'),
        '?': () => setIsHelpOpen(true),
        e: () => picker.current?.focus(),
      };
      const act = always[key] ?? (item && verdictKey(key, item, choices, queue));
      act?.();
      return act !== undefined;
    },
    [queue, item, choices, setAt, setIsHelpOpen, picker, route],
  );
}

function verdictKey(key: string, item: Item, choices: readonly Category[], queue: Queue): (() => void) | undefined {
  if (key === 'p') return () => queue.say(item, { action: 'pass' });
  if (key === 'Enter' && item.suggested?.category != null) return () => queue.say(item, { action: 'accept' });
  const chosen = /^[1-9]$/.test(key) ? choices[Number(key) - 1] : undefined;
  if (chosen === undefined) return undefined;
  return () => queue.say(item, { action: 'correct', category: chosen.key });
}

interface BarProps {
  kind: Kind;
  filter: ReviewFilter;
  queue: Queue;
  help: () => void;
}

function Bar({ kind, filter, queue, help }: BarProps) {
  const { data, again } = useAnswer('review', () => ask(v1.review.$get({ query: { limit: '1' } })));
  const isEmpty = queue.held.length === 0;
  useEffect(() => {
    if (!isEmpty || queue.done > 0) again();
  }, [queue.done, isEmpty, again]);
  const { triage = 0, suggest = 0, audit = 0 } = data?.waiting ?? {};
  return (
    <div class="bar">
      <h1>Review</h1>
      <nav aria-label="Queues">
        <a href="/review" aria-current={kind === 'ticket' ? 'true' : undefined}>
          Tickets <span class="count">{triage + suggest}</span>
        </a>
        <a href={reviewAddress('list', filter)}>As a list</a>
        <a href="/review?kind=audit" aria-current={kind === 'audit' ? 'true' : undefined}>
          Blind audits <span class="count">{audit}</span>
        </a>
      </nav>
      <span class="faint">
        {queue.done} done, {queue.held.length} at hand
      </span>
      <button disabled={!queue.canUndo} onClick={queue.undo}>
        Undo <kbd>U</kbd>
      </button>
      <button onClick={help} aria-label="Keys">
        <kbd>?</kbd>
      </button>
    </div>
  );
}

function NothingLeft({ kind, filter }: { kind: Kind; filter: ReviewFilter }) {
  const isNarrowed = Object.keys(filter).length > 0;
  const waiting = isNarrowed ? 'Nothing like this waits for you.' : 'Nothing waits for you.';
  return (
    <p class="empty" role="status">
      {kind === 'ticket' ? waiting : 'No decision waits to be audited.'} New ones come by themselves.
    </p>
  );
}
