import { ErrorBoundary, LocationProvider, Route, Router } from 'preact-iso';
import { AuditPage } from './audit/audit-page.tsx';
import { EvidencePage } from './evidence/evidence-page.tsx';
import { Frame } from './frame/frame.tsx';
import { NotFound } from './frame/not-found.tsx';
import { NowPage } from './now/now-page.tsx';
import { PeoplePage } from './people/people-page.tsx';
import { ReviewPage } from './review/review-page.tsx';
import { SessionKeeper } from './session/session.tsx';
import { SignInPage } from './session/sign-in.tsx';
import { WelcomePage } from './session/welcome.tsx';
import { TaxonomyPage } from './taxonomy/taxonomy-page.tsx';
import { StoryPage } from './tickets/story-page.tsx';
import { TicketsPage } from './tickets/tickets-page.tsx';

/** The whole console: the door for strangers, the pages for whoever is signed in. */
export function App() {
  return (
    <LocationProvider>
      <SessionKeeper
        door={(enter) =>
          location.pathname === '/welcome' ? <WelcomePage enter={enter} /> : <SignInPage enter={enter} />
        }
      >
        <Frame>
          <ErrorBoundary>
            <Router>
              <Route path="/" component={ReviewPage} />
              <Route path="/review" component={ReviewPage} />
              <Route path="/tickets" component={TicketsPage} />
              <Route path="/tickets/:id" component={StoryPage} />
              <Route path="/evidence/:view?" component={EvidencePage} />
              <Route path="/taxonomy" component={TaxonomyPage} />
              <Route path="/now" component={NowPage} />
              <Route path="/people" component={PeoplePage} />
              <Route path="/audit" component={AuditPage} />
              <Route default component={NotFound} />
            </Router>
          </ErrorBoundary>
        </Frame>
      </SessionKeeper>
    </LocationProvider>
  );
}
