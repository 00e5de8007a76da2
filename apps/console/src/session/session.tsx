import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { ask, Refused, sessionEnded, v1 } from '../api/client.ts';

/** Who is signed in. */
export interface Person {
  email: string;
  name: string;
  roles: readonly string[];
}

interface Session {
  person: Person;
  /** Signs out, here or on every device. */
  leave: (where: 'here' | 'everywhere') => Promise<void>;
}

const Held = createContext<Session | undefined>(undefined);

/** The session of whoever looks at the page. */
export function useSession(): Session {
  const session = useContext(Held);
  if (session === undefined) throw new Error('nobody is signed in here');
  return session;
}

/** Tells whether somebody with these roles may use what needs one of them; an administrator may use everything. */
export function may({ roles }: Person, ...needed: string[]): boolean {
  return roles.includes('admin') || needed.some((role) => roles.includes(role));
}

interface Props {
  children: ComponentChildren;
  /** Shown while nobody is signed in; calls back with whoever signed in. */
  door: (enter: (person: Person) => void) => ComponentChildren;
}

/** Shows its children to whoever is signed in, and the door to others. */
export function SessionKeeper({ children, door }: Props) {
  const [person, setPerson] = useState<Person | null | undefined>(undefined);
  useEffect(() => {
    ask(v1.session.$get()).then(setPerson, (thrown: unknown) => {
      if (thrown instanceof Refused) setPerson(null);
    });
    const end = () => setPerson(null);
    sessionEnded.addEventListener('ended', end);
    return () => sessionEnded.removeEventListener('ended', end);
  }, []);
  const leave = useCallback(async (where: 'here' | 'everywhere') => {
    await (where === 'here' ? v1.session.$delete() : v1.sessions.$delete());
    setPerson(null);
  }, []);
  if (person === undefined) return null;
  if (person === null) return <>{door(setPerson)}</>;
  return <Held.Provider value={{ person, leave }}>{children}</Held.Provider>;
}
