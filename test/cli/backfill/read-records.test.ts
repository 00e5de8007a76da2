import { openRecords } from '@usher/cli/backfill/open-records';
import { readDate } from '@usher/cli/backfill/read-date';
import { openText } from '@usher/cli/backfill/read-text';
import type { SourceRecord } from '@usher/cli/backfill/source-record';
import { array, assert, asyncProperty, constantFrom, integer, nat, string, tuple } from 'fast-check';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

/** The records of some bytes, which arrive in pieces of that size. */
async function recordsOf(
  bytes: Uint8Array | string,
  { piece = 7, encoding }: { piece?: number; encoding?: string } = {},
) {
  const all = Buffer.from(bytes);
  const pieces = Array.from({ length: Math.ceil(all.length / piece) }, (_, at) =>
    all.subarray(at * piece, (at + 1) * piece),
  );
  const file = await openText('-', { encoding, stdin: Readable.from(pieces) });
  const reader = await openRecords(file.text());
  const records: SourceRecord[] = [];
  for await (const some of reader.records) records.push(...some);
  return { columns: reader.columns, records };
}

const shown = (records: readonly SourceRecord[]) =>
  records.map((record) => {
    if (record.kind === 'cells') return [record.line, ...record.cells];
    return record.kind === 'object' ? [record.line, record.object] : [record.line, record.reason];
  });

describe('CSV', () => {
  test('keeps quoted newlines, commas and quotes, and counts lines', async () => {
    const { columns, records } = await recordsOf('id,body\n1,"two\nlines, ""quoted"""\n\n2,plain\n');
    expect(columns).toEqual(['id', 'body']);
    expect(shown(records)).toEqual([
      [2, '1', 'two\nlines, "quoted"'],
      [5, '2', 'plain'],
    ]);
  });

  test.each([
    ['a byte order mark', Buffer.from('\ufeffid;body\r\n1;a\r\n2;"b\r\nc"')],
    ['gzip', gzipSync('id;body\r\n1;a\r\n2;"b\r\nc"\r\n')],
    ['UTF-16', Buffer.from('\ufeffid;body\r\n1;a\r\n2;"b\r\nc"', 'utf16le')],
  ])('reads Windows line ends, semicolons and %s', async (_, bytes) => {
    const { columns, records } = await recordsOf(bytes);
    expect(columns).toEqual(['id', 'body']);
    expect(shown(records)).toEqual([
      [2, '1', 'a'],
      [3, '2', 'b\r\nc'],
    ]);
  });

  test('reads another encoding where it is named', async () => {
    const { records } = await recordsOf(Buffer.from('id,body\n1,Gr\xfc\xdfe\n', 'latin1'), {
      encoding: 'windows-1252',
    });
    expect(shown(records)).toEqual([[2, '1', 'Grüße']]);
  });

  test('a stray quote costs its own line and no other', async () => {
    const text = 'id,body,tag\n1,"never closed,x\n2,"fine",y\n3,"also\nfine",z\n4,a"b,y\n5,"end\n';
    const { records } = await recordsOf(text);
    expect(shown(records)).toEqual([
      [2, 'its quotes do not fit'],
      [3, '2', 'fine', 'y'],
      [4, '3', 'also\nfine', 'z'],
      [6, '4', 'a"b', 'y'],
      [7, 'its quotes do not fit'],
    ]);
  });

  test('a row with too many or too few columns is told with its line', async () => {
    const { records } = await recordsOf('id,body\n1,a,b\n2\n3,c\n');
    expect(shown(records)).toEqual([
      [2, 'has 3 columns where the first row names 2'],
      [3, 'has 1 columns where the first row names 2'],
      [4, '3', 'c'],
    ]);
  });

  test('any cells come back as they were written, however the bytes are cut', async () => {
    const cell = string({ unit: constantFrom('a', 'ü', '"', ',', '\n', ' ', '😀'), maxLength: 8 });
    const rows = array(tuple(nat({ max: 99 }).map(String), cell, cell), { minLength: 1, maxLength: 12 });
    await assert(
      asyncProperty(rows, integer({ min: 1, max: 40 }), async (written, piece) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = written.map(([id, one, other]) => `${id},${quoted(one)},${quoted(other)}\n`).join('');
        const { records } = await recordsOf(`id,one,other\n${text}`, { piece });
        expect(records.map((record) => record.kind === 'cells' && record.cells)).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });
});

describe('JSON', () => {
  test('reads one object a line and tells broken lines', async () => {
    const { records } = await recordsOf('{"id":1}\n\n{"id":2\n[3]\r\n{"id":4}');
    expect(shown(records)).toEqual([
      [1, { id: 1 }],
      [3, expect.stringContaining('is not JSON')],
      [4, 'is not a JSON object'],
      [5, { id: 4 }],
    ]);
  });

  test('reads an array, and the list within an export', async () => {
    const array = await recordsOf('\n [{"id":1,"nested":{"a":[1,2]}}, 7, {"id":3}]');
    expect(shown(array.records)).toEqual([
      [1, { id: 1, nested: { a: [1, 2] } }],
      [2, 'is not a JSON object'],
      [3, { id: 3 }],
    ]);
    const nested = await recordsOf('{\n"count": 2, "issues": [{"key":"A-1"},{"key":"A-2"}], "more": true}');
    expect(shown(nested.records)).toEqual([
      [1, { key: 'A-1' }],
      [2, { key: 'A-2' }],
    ]);
  });

  test('says that an array is broken, and where it was', async () => {
    await expect(recordsOf('[{"id":1},{"id":2},{"id"!')).rejects.toThrow(/broken somewhere after element \d/);
  });
});

describe('Dates', () => {
  test.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31 09:30', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31 09:30:15.5 +0100', '2026-01-31T08:30:15.500Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31 09:30:00 UTC', '2026-01-31T09:30:00.000Z'],
    ['31/Jan/26 9:30 PM', '2026-01-31T21:30:00.000Z'],
    ['31.01.2026 09:30', '2026-01-31T09:30:00.000Z'],
    ['03/04/2026', '2026-04-03T00:00:00.000Z'],
    ['01/31/2026 12:05 AM', '2026-01-31T00:05:00.000Z'],
    ['1769851800', '2026-01-31T09:30:00.000Z'],
    ['1769851800000', '2026-01-31T09:30:00.000Z'],
  ])('%s is read', (text, iso) => {
    expect(readDate(text, 'dmy')?.toISOString()).toBe(iso);
  });

  test('the order of day and month can be told, and what is no date is none', () => {
    expect(readDate('03/04/2026', 'mdy')?.toISOString()).toBe('2026-03-04T00:00:00.000Z');
    for (const text of ['', 'yesterday', '2026-02-30', '31/31/2026', '12'])
      expect(readDate(text, 'dmy')).toBeUndefined();
  });
});
