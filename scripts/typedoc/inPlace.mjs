// `add_` and its like come from one mapped type, which has no place for comments: they get theirs here.
import { Comment, Converter, ReflectionKind } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const one of context.project.getReflectionsByKind(ReflectionKind.Property)) {
      const name = /^([a-z]\w*)_$/.exec(one.name)?.[1];
      const plain = name && one.parent?.getChildByName([name]);
      if (!plain || one.hasComment()) continue;
      const text = `As \`${name}\`, in place: changes this tensor, whose shape and dtype stay, and returns it.`;
      one.comment = new Comment([{ kind: 'text', text }]);
    }
  });
}
