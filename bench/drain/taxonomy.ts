import { Taxonomy } from '@usher/core/taxonomy';

/** Two categories are enough where the engine reads nothing. */
export const taxonomy = Taxonomy.parse({
  fallback: 'general',
  categories: [
    {
      key: 'billing',
      title: 'Billing',
      description: 'Charges and invoices.',
      team: 'finance',
      priority: 'medium',
      sla_hours: 24,
    },
    { key: 'general', title: 'General', description: 'The rest.', team: 'support', priority: 'low', sla_hours: 48 },
  ],
});
