/** docs/metrics.md describes every metric, and none that does not exist. */
import { metrics } from 'blasgrad';
import { textOf } from './pages';

const page = textOf('docs/metrics.md');
const described = [...page.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name);

test('every metric is described once', () => {
  expect([...described].sort()).toEqual(Object.keys(metrics).sort());
});
