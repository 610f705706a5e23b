/** The command line of the online service. */
import { helpText, readOptions, UsageError } from '../../examples/online-service/options';

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toEqual({
      host: '127.0.0.1',
      port: 8080,
      checkpoint: null,
      saveEvery: 10,
      threads: 1,
      seed: 1,
    });
    expect(readOptions(['--help'])).toBe('help');
    for (const name of Object.keys({ host: 0, port: 0, checkpoint: 0, 'save-every': 0 })) {
      expect(helpText).toContain(`--${name}`);
    }
  });

  test.each([
    [['--port', '65536']],
    [['--port', '']],
    [['--threads', '0']],
    [['--nothing']],
    [['x']],
  ])('%p is refused', (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
