import { htmlNote, markerOf, noteLines, plainNote } from '@usher/core/connectors/note';
import { ticket } from '@usher/core/connectors/reading';
import { MAX_BODY } from '@usher/core/ticket';
import { expect, test } from 'vitest';
import { assignmentOf } from './desk.ts';

test('a note says what was decided, why, what was left alone and where to correct it', () => {
  expect(plainNote(noteLines(assignmentOf(), ['priority']))).toBe(
    [
      'Routed to finance (billing / charge_dispute, confidence 0.93)',
      'Priority high, due 2026-11-24 08:00 UTC',
      'Why: The customer disputes a charge.',
      'Left as somebody set it: priority',
      'Not right? https://usher.example.com/tickets/1',
      'Usher decision #12.',
    ].join('\n'),
  );
});

test('a customer puts neither links nor markup nor pictures into a note', () => {
  const rationale = 'Says <img src=x onerror=alert(1)> & ![x](https://evil.example/p.png) [log in|http://evil.example]';
  const lines = noteLines({ ...assignmentOf(), correctionUrl: null, rationale }, []);
  const why = lines.find((line) => line.startsWith('Why: ')) ?? '';
  expect(why).not.toMatch(/evil|[<>[\]|!]/);
  expect(htmlNote(['<b>"fish" & chips</b>'])).toBe('&lt;b&gt;&quot;fish&quot; &amp; chips&lt;/b&gt;');
});

test('the marker of one decision is not found in the note of another', () => {
  expect(plainNote(noteLines({ ...assignmentOf(), decisionId: 123 }, []))).not.toContain(markerOf(12));
});

test('a text that is longer than we keep is cut and says so, instead of being lost', () => {
  const long = ticket({ ticket_id: '1', body: 'x'.repeat(MAX_BODY + 1) });
  expect(long).toMatchObject({ kind: 'ticket', draft: { metadata: { body_length: MAX_BODY + 1 } } });
  expect(ticket({ ticket_id: '1', body: ' ' })).toEqual({ kind: 'ignored', reason: 'no_text' });
});
