import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** What is wrong with a draft, by field; the fields below look themselves up. */
export const Wrong = createContext<ReadonlyMap<string, string>>(new Map());

/** What is wrong with a field, or with a part of it. */
export function useWrong(path: string): string | undefined {
  const wrong = useContext(Wrong);
  return wrong.get(path) ?? partOf(wrong, path);
}

/** Tells how many things are wrong at this place and below it. */
export function countWrong(wrong: ReadonlyMap<string, string>, path: string): number {
  return [...wrong.keys()].filter((field) => field === path || isBelow(field, path)).length;
}

function partOf(wrong: ReadonlyMap<string, string>, path: string): string | undefined {
  const part = [...wrong].find(([field]) => isBelow(field, path));
  return part && `${placeIn(part[0], path)}${part[1]}`;
}

function isBelow(field: string, path: string): boolean {
  return field.startsWith(`${path}[`) || field.startsWith(`${path}.`);
}

/** People count from one. */
function placeIn(field: string, path: string): string {
  const place = /^\[(\d+)\]/.exec(field.slice(path.length))?.[1];
  return place === undefined ? '' : `${Number(place) + 1}: `;
}
