// A service that answers predictions while it trains: npm run example online-service -- --help
import { helpText, readOptions, UsageError } from './online-service/options';
import { startService } from './online-service/service';

function example(url: string): string {
  return `
An observation is 32 numbers and their label, 0 to 3. In another terminal, send 512 random observations. The label
of each is the quarter of [0, 1) that contains its first number. Then ask for the label of an input that starts with 0.9:

  for i in 1 2 3 4; do node -p "JSON.stringify({ observations: Array.from({ length: 128 }, () => {
    const input = Array.from({ length: 32 }, Math.random);
    return { input, label: Math.floor(4 * input[0]) }; }) })" |
    curl ${url}/observe -H 'content-type: application/json' -d @-; done
  curl ${url}/metrics
  input=$(node -p "JSON.stringify([0.9, ...Array(31).fill(0.5)])")
  curl ${url}/predict -H 'content-type: application/json' -d "{\\"inputs\\":[$input]}"

Training starts after 256 observations. Press Ctrl-C to stop.`;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(helpText);
    return;
  }
  const service = await startService(options);
  // Not `once`: npm may send SIGINT again after the terminal has sent it.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => service.stop());
  console.log(`listening at ${service.url}, ${service.steps} steps so far`);
  console.log(example(service.url));
  await service.stopped;
  console.log('stopped');
}

main().catch((error: unknown) => {
  console.error(`online-service: ${error instanceof UsageError ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
