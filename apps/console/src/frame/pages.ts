/** A page of the console, and whose it is. */
export interface Page {
  to: string;
  name: string;
  /** Any one of these roles suffices; administrators see everything. */
  needs: readonly string[];
  /** Not a page of the console itself. */
  isElsewhere?: boolean;
}

/** Every page, in the order of the menu. */
export const pages: readonly Page[] = [
  { to: '/review', name: 'Review', needs: ['agent'] },
  { to: '/tickets', name: 'Tickets', needs: ['agent'] },
  { to: '/evidence', name: 'Evidence', needs: ['agent', 'ops'] },
  { to: '/taxonomy', name: 'Taxonomy', needs: ['agent', 'ops'] },
  { to: '/now', name: 'Now', needs: ['ops'] },
  { to: '/people', name: 'People', needs: ['admin'] },
  { to: '/audit', name: 'Audit log', needs: ['admin'] },
  { to: '/ops/queues', name: 'Queues', needs: ['ops'], isElsewhere: true },
  { to: '/docs', name: 'API', needs: ['agent', 'ops'], isElsewhere: true },
];
