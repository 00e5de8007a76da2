import type { RequestOf } from '../load/target.ts';

/** Tickets of some 600 bytes as whole HTTP requests; made once but for their id, because a storm is many of them. */
export function requestsWith(key: string, idOf: (number: number) => string): RequestOf {
  const text = 'I was charged twice for order 1182 and would like one of the two payments back. '.repeat(6);
  const tail = `","subject":"Charged twice","body":"${text}"}`;
  const head = `POST /ticket-webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: `;
  const start = '{"ticket_id":"';
  return (number) => {
    const id = idOf(number);
    return `${head}${start.length + id.length + tail.length}\r\n\r\n${start}${id}${tail}`;
  };
}
