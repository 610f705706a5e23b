// A service that answers predictions while it trains: npm run example online-service -- --help
import { helpText, readOptions, UsageError } from './online-service/options';
import { startService } from './online-service/service';

function example(url: string): string {
  return `
An observation is 32 numbers and the label, 0 to 3, that belongs to them; ask for labels in the same way:

  input=$(node -p "JSON.stringify(Array.from({ length: 32 }, Math.random))")
  curl ${url}/observe -H 'content-type: application/json' -d "{\\"observations\\":[{\\"input\\":$input,\\"label\\":2}]}"
  curl ${url}/predict -H 'content-type: application/json' -d "{\\"inputs\\":[$input]}"
  curl ${url}/metrics

Training begins with the 256th observation; Ctrl-C stops.`;
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
