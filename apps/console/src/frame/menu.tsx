import { useSession } from '../session/session.tsx';

/** Who is signed in, and how to leave. */
export function Menu() {
  const { person, leave } = useSession();
  return (
    <details class="menu">
      <summary aria-label={`Signed in as ${person.name}`}>{initials(person.name)}</summary>
      <div class="card">
        <p>
          <strong>{person.name}</strong>
          <br />
          <span class="faint">{person.email}</span>
          <br />
          <span class="faint">{person.roles.join(', ')}</span>
        </p>
        <button onClick={() => void leave('here')}>Sign out</button>
        <button onClick={() => void leave('everywhere')}>Sign out everywhere</button>
      </div>
    </details>
  );
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}
