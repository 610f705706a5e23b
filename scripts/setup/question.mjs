// Questions of set-up to the user at the terminal.
import { createInterface } from 'node:readline';

export const yesOption = '--yes';

/** Whether set-up may ask: on a terminal, but not with --yes or in CI. */
export function canAsk() {
  const isCI = !['', '0', 'false'].includes(process.env.CI ?? '');
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return isTerminal && !isCI && !process.argv.includes(yesOption);
}

/** Asks a question; resolves to true for y or yes, to false for every other answer, Ctrl-C and the end of the input. */
export function ask(question, { input = process.stdin, output = process.stderr } = {}) {
  return new Promise((done) => {
    const lines = createInterface({ input, output });
    let answered = false;
    lines.on('close', () => {
      if (!answered) output.write('\n');
      done(false);
    });
    lines.question(`${question} [y/N] `, (answer) => {
      answered = true;
      done(/^y(es)?$/i.test(answer.trim()));
      lines.close();
    });
  });
}
