import { ask, sending, v1 } from '../api/client.ts';
import { Figure } from '../evidence/figure.tsx';
import { Field } from '../parts/field.tsx';
import { Moment } from '../parts/moment.tsx';
import { duration } from '../parts/numbers.ts';
import { Said } from './said.tsx';
import type { Now } from './types.ts';
import { type Order, useOrder } from './use-order.ts';

type Breaker = Now['claude']['breakers'][number];

const STATES = {
  closed: 'Claude is called',
  open: 'Nobody calls Claude',
  half_open: 'One call at a time probes',
} as const;
const SPANS = ['15m', '1h', '4h', '24h'];

/** Whether the fleet calls Claude, why not, and the switch. */
export function BreakersNow({ breakers }: { breakers: Now['claude']['breakers'] }) {
  const order = useOrder();
  const isOpen = breakers.some(({ state }) => state !== 'closed');
  return (
    <Figure
      title="Breaker"
      hint="While it is open tickets wait, and are decided without Claude once they may wait no longer."
    >
      {breakers.length === 0 && <p>Nobody has called Claude yet.</p>}
      {breakers.map((breaker) => (
        <Standing key={breaker.account} breaker={breaker} />
      ))}
      {isOpen && <Closing order={order} />}
      <Opening order={order} />
      <Said order={order} />
    </Figure>
  );
}

function Standing({ breaker }: { breaker: Breaker }) {
  const { account, state, detail, opened_at: openedAt, probe_in_ms: probeMs } = breaker;
  return (
    <div class="breaker">
      <p>
        <span class={`state ${state === 'closed' ? 'routed' : 'triaged'}`}>{STATES[state]}</span>{' '}
        <small class="account">{account}</small>
      </p>
      {state !== 'closed' && (
        <p>
          {detail} · since <Moment at={openedAt} />
          {state === 'open' && ` · a probe in ${duration(probeMs)}`}
        </p>
      )}
    </div>
  );
}

function Opening({ order }: { order: Order }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    const given = { action: 'open', why: form.get('why'), for: form.get('for') };
    order.give(async () => {
      await ask(v1.breaker.$post({}, sending(given)));
      return 'Nobody calls Claude now.';
    });
  };
  return (
    <details>
      <summary>Stop calling Claude</summary>
      <form class="orders" onSubmit={submit}>
        <Field label="Why">
          <input name="why" maxLength={500} required />
        </Field>
        <Field label="For">
          <select name="for">
            {SPANS.map((span) => (
              <option key={span} selected={span === '1h'}>
                {span}
              </option>
            ))}
          </select>
        </Field>
        <button disabled={order.isBusy}>Stop</button>
      </form>
    </details>
  );
}

function Closing({ order }: { order: Order }) {
  const close = async () => {
    await ask(v1.breaker.$post({}, sending({ action: 'close', why: 'closed in the console' })));
    return 'Claude is called again.';
  };
  return (
    <button class="primary" disabled={order.isBusy} onClick={() => order.give(close)}>
      Call Claude again
    </button>
  );
}
