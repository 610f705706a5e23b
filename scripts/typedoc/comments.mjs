// Docstrings for members that have no place in the code for one: in-place methods such as `add_`, which come from one
// mapped type, and iterators.
import { Comment, Converter, ReflectionKind } from 'typedoc';

const ofLoops = {
  '[iterator]': 'What a loop over it gives.',
  '[asyncIterator]': 'What a `for await` loop over it gives.',
};

function textFor(one) {
  if (one.parent?.kindOf(ReflectionKind.Method)) return ofLoops[one.parent.name];
  const name = /^([a-z]\w*)_$/.exec(one.name)?.[1];
  if (!name || !one.parent?.getChildByName([name])) return undefined;
  return `As \`${name}\`, in place: changes this tensor, whose shape and dtype stay, and returns it.`;
}

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const kinds = ReflectionKind.Property | ReflectionKind.CallSignature;
    for (const one of context.project.getReflectionsByKind(kinds)) {
      const text = one.hasComment() ? undefined : textFor(one);
      if (text) one.comment = new Comment([{ kind: 'text', text }]);
    }
  });
}
