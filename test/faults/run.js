// Seeded faults above the link: clients that die, lie, flood and never read, against a daemon in a process of its own.
//   node test/faults/run.js [--seed 1] [--count 1000] [--link ws|tcp|tcp-listen|memory] [--quick: none that start commands]
//   node test/faults/run.js --peer external --url ws-listen://127.0.0.1:9001/chat    (a real MMDAgent-EX, started by you)
// Needs `npm run build`. Prints a report in JSON; exit 0 when everything held, else 1.
import { parseArgs } from 'node:util';
import { runFaults } from './run-faults.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    link: { type: 'string', default: 'ws' },
    peer: { type: 'string', default: 'simulator' },
    url: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
if (values.peer === 'external' && values.url === undefined)
  throw new Error('--peer external needs --url LINK');
const report = await runFaults({
  seed: Number(values.seed),
  count: Number(values.count),
  link: values.link,
  isQuick: values.quick,
  ...(values.peer === 'external' ? { url: values.url } : {}),
  onProgress: (text) => process.stderr.write(`${text}\n`),
});
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
process.exit(report.isOk ? 0 : 1);
