import { Load, MemberSettings } from './messages.ts';
import { workAlone } from './peers.ts';
import { workWithBudget } from './with-budget.ts';

/** One worker process of the fleet; what the tickets are like changes by message. */
const settings = MemberSettings.parse(JSON.parse(process.argv[2] ?? ''));
let { load } = settings;
process.on('message', (told) => {
  load = Load.parse(told);
});
process.once('disconnect', () => process.exit(0));
if (settings.way === 'usher') workWithBudget(settings, () => load);
else workAlone(settings, () => load);
process.send?.('works');
