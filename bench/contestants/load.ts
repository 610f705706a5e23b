/** How long `require('blasgrad')` takes in a process that has loaded nothing else. Run as plain JavaScript by Node. */
export const loadScript = `
  const start = process.hrtime.bigint();
  require('blasgrad');
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.stdout.write(JSON.stringify({ seconds }) + '\\n');
`;
