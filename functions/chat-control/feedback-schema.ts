import * as v from "valibot";
import { ratings } from "#core/answer/model.ts";
import { stringOf } from "#core/shared/rules.ts";

/** A user's rating of an answer. */
export const feedbackSchema = v.object({
  rating: v.pipe(
    v.nullable(v.picklist(ratings, "must be like, dislike or null")),
    v.description("Null removes the rating."),
  ),
  content: v.pipe(v.exactOptional(stringOf(1, 4096)), v.description("A comment.")),
});
