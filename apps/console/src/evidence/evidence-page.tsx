import { useLocation } from 'preact-iso';
import type { ComponentChildren } from 'preact';
import { may, useSession } from '../session/session.tsx';
import { type Asked, evidenceAddress, readAsked } from './asked.ts';
import { AutomationView } from './automation-view.tsx';
import { Filters } from './filters.tsx';
import { LabelsView } from './labels-view.tsx';
import { LearningView } from './learning-view.tsx';
import { OperationsView } from './operations-view.tsx';
import { QualityView } from './quality-view.tsx';

interface View {
  key: string;
  name: string;
  show: (asked: Asked) => ComponentChildren;
}

const VIEWS: readonly [View, ...View[]] = [
  { key: 'quality', name: 'Quality', show: (asked) => <QualityView asked={asked} /> },
  { key: 'learning', name: 'Learning', show: (asked) => <LearningView asked={asked} /> },
  { key: 'labels', name: 'Labels', show: () => <LabelsView /> },
  { key: 'automation', name: 'Automation', show: (asked) => <AutomationView asked={asked} /> },
  { key: 'operations', name: 'Operations', show: (asked) => <OperationsView asked={asked} /> },
];

/** How well it works, from the reports; every figure with how many it rests on. The view and the filters stand in the address. */
export function EvidencePage({ view }: { view?: string }) {
  const { query } = useLocation();
  const { person } = useSession();
  const shown = VIEWS.find(({ key }) => key === view) ?? VIEWS[0];
  const asked = readAsked(query);
  if (!may(person, 'agent', 'ops')) return null;
  return (
    <div class="evidence">
      <div class="bar">
        <h1>Evidence</h1>
        <nav aria-label="Views">
          {VIEWS.map(({ key, name }) => (
            <a
              key={key}
              href={evidenceAddress(key, { ...asked })}
              aria-current={key === shown.key ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      </div>
      {shown.key !== 'labels' && <Filters view={shown.key} asked={asked} />}
      {shown.show(asked)}
    </div>
  );
}
