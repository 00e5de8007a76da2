const WORDS: Record<string, string> = {
  received: 'waiting',
  routed: 'routed',
  suggested: 'to confirm',
  triaged: 'triage',
  shadowed: 'shadow',
};

/** Where a ticket stands, as a word with a colour. */
export function State({ state }: { state: string }) {
  return <span class={`state ${state}`}>{WORDS[state] ?? state}</span>;
}
