import type { Assignment } from './assignment.ts';

/** Longest rationale in a note, in UTF-16 units. */
const MAX_RATIONALE = 500;

/** A text that stands in the note of one decision and nowhere else: by it a note is found that may have arrived already. */
export function markerOf(decisionId: number): string {
  return `Usher decision #${decisionId}.`;
}

/** The lines of the internal note: what was decided and why, what was left as a person set it, and where to correct it. */
export function noteLines(assignment: Assignment, kept: readonly string[]): string[] {
  const { decision, slaDueAt, rationale, correctionUrl, decisionId } = assignment;
  const verb = { route: 'Routed to', suggest: 'Suggested:', triage: 'For a person to decide:' }[decision.action];
  const category = [decision.category, decision.subcategory].filter((key) => key !== null).join(' / ');
  const sure = decision.confidence === null ? '' : `, confidence ${decision.confidence.toFixed(2)}`;
  const due = slaDueAt === null ? '' : `, due ${slaDueAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `${verb} ${decision.team}${category === '' ? '' : ` (${category}${sure})`}`,
    `Priority ${decision.priority}${due}`,
    ...(decision.note === null ? [] : [decision.note]),
    ...(rationale === null || rationale.trim() === '' ? [] : [`Why: ${withoutMarkup(rationale)}`]),
    ...(kept.length === 0 ? [] : [`Left as somebody set it: ${kept.join(', ')}`]),
    ...(correctionUrl === null ? [] : [`Not right? ${correctionUrl}`]),
    markerOf(decisionId),
  ];
}

/**
 * A rationale may repeat what a customer wrote, and helpdesks read notes as Markdown, wiki text or HTML: links and the
 * characters that make markup go, so that nobody can put a link or a picture before an agent.
 */
function withoutMarkup(rationale: string): string {
  return rationale
    .slice(0, MAX_RATIONALE)
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S*/gi, '(link)')
    .replace(/[[\]{}<>|!*`~^\\@]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A note for helpdesks that want plain text. */
export function plainNote(lines: readonly string[]): string {
  return lines.join('\n');
}

/** A note for helpdesks that want HTML. */
export function htmlNote(lines: readonly string[]): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return lines.map((line) => line.replace(/[&<>"]/g, (character) => entities[character] ?? '')).join('<br>');
}
