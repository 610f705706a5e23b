/** Parameter groups: their options, changes of options, adding groups. */
import { nn, ones, optim } from 'blasgrad';
import { leaf, sgd, withGradient } from './parameters';

describe('groups', () => {
  test('have options of their own, and defaults', () => {
    const [x, y] = [withGradient(1), withGradient(1)];
    const optimizer = new optim.SGD([{ params: [x] }, { params: y, lr: 0.5 }], { lr: 0.1 });
    optimizer.step();
    expect([x.item(), y.item()]).toEqual([0.9, 0.5]);
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.1, 0.5]);
    expect(optimizer.defaults.lr).toBe(0.1);
    expect(optimizer.paramGroups[0].params).toEqual([x]);
  });

  test('options count from the next step on', () => {
    const x = withGradient(0);
    const optimizer = sgd([x]);
    optimizer.lr = 2;
    optimizer.step();
    expect(x.item()).toBe(-2);
    optimizer.paramGroups[0].lr = 1;
    expect(optimizer.lr).toBe(1);
    optimizer.paramGroups[0].maximize = true;
    optimizer.step();
    expect(x.item()).toBe(-1);
    optimizer.paramGroups[0].momentum = 0.5; // the buffer starts as this step's gradient
    optimizer.step();
    expect(x.item()).toBe(0);
    optimizer.step();
    expect(x.item()).toBe(1.5);
    optimizer.paramGroups[0].momentum = 0;
    optimizer.step();
    expect(x.item()).toBe(2.5);
  });

  test('betas are replaced, not changed', () => {
    const optimizer = new optim.Adam([leaf(1)]);
    const [group] = optimizer.paramGroups;
    group.betas = [0.5, 0.6];
    expect(group.betas).toEqual([0.5, 0.6]);
    expect(Object.isFrozen(group.betas)).toBe(true); // a change of one would go unseen
    group.amsgrad = true;
    const [x] = group.params;
    x.grad = ones(1, { dtype: 'float64' });
    optimizer.step();
    expect(Object.keys(optimizer.stateDict().state[0])).toContain('maxExpAvgSq');
  });

  test('a wrong option is refused, and changes nothing', () => {
    const optimizer = new optim.Adam([{ params: [leaf(1)] }, { params: [leaf(1)], lr: 0.5 }]);
    const [group] = optimizer.paramGroups;
    expect(() => (group.lr = -1)).toThrow('Adam: expected a number of at least 0 for lr, got -1');
    expect(() => (optimizer.lr = NaN)).toThrow('Adam: expected a finite number for lr, got NaN');
    expect(() => (group.betas = [0.5, 1])).toThrow('at least 0 and below 1 for betas[1], got 1');
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.001, 0.5]);
    expect(group.betas).toEqual([0.9, 0.999]);
  });

  test('are added later', () => {
    const [x, y] = [withGradient(1), withGradient(1)];
    const optimizer = sgd([x]);
    optimizer.step();
    optimizer.addParamGroup({ params: [y], lr: 1 });
    optimizer.step();
    expect([x.item(), y.item()]).toEqual([0.8, 0]);
    expect(() => optimizer.addParamGroup({ params: [x] })).toThrow(
      'params[0] is already in another parameter group',
    );
    optimizer.paramGroups.pop();
    optimizer.addParamGroup({ params: y }); // parameters of a removed group are free again
    expect(optimizer.paramGroups.length).toBe(2);
  });

  test('parameters come as any iterable', () => {
    const model = new nn.Linear(2, 3);
    expect(sgd([...model.parameters()]).paramGroups[0].params.length).toBe(2);
    const optimizer = new optim.SGD(new Set([leaf(1), leaf(2)]), { lr: 1 });
    expect(optimizer.paramGroups[0].params.length).toBe(2);
    expect(new optim.Adam(model.parameters()).paramGroups[0].params.length).toBe(2);
  });
});
