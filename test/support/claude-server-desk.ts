import { Taxonomy } from '@usher/core/taxonomy';

/** A small support desk with every shape of category that a prompt and a reply can meet. */
export const desk = Taxonomy.parse({
  fallback: 'general',
  categories: [
    {
      key: 'billing',
      title: 'Billing',
      description: 'Invoices, charges and refunds.',
      team: 'finance',
      priority: 'medium',
      sla_hours: 24,
      keywords: ['invoice', 'charged', 'refund', 'payment'],
      subcategories: [
        { key: 'refund_request', title: 'Refund request', description: 'The customer wants a refund of money paid.' },
        { key: 'invoice_question', title: 'Invoice question', description: 'The customer does not follow an invoice.' },
      ],
    },
    {
      key: 'technical',
      title: 'Technical problem',
      description: 'Something does not work as it should.',
      team: 'engineering',
      priority: 'high',
      sla_hours: 4,
      keywords: ['crash', 'error', 'bug', 'freezes'],
      subcategories: [{ key: 'crash', title: 'Crash', description: 'The app crashes or freezes.' }],
    },
    {
      key: 'general',
      title: 'General',
      description: 'Anything else.',
      team: 'support',
      priority: 'low',
      sla_hours: 48,
    },
  ],
});
