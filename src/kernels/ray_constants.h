/* Light and shade: a lamp behind the camera, to its left and above it. */
#ifndef TDI_RAY_CONSTANTS_H
#define TDI_RAY_CONSTANTS_H

/* Towards the lamp, to the right, up and away; a unit vector. */
#define TDI_LIGHT_RIGHT (-0.48f)
#define TDI_LIGHT_UP 0.60f
#define TDI_LIGHT_AWAY (-0.64f)

/* Half way between the lamp and the camera; a unit vector. */
#define TDI_GLOSS_RIGHT (-0.26504f)
#define TDI_GLOSS_UP 0.33130f
#define TDI_GLOSS_AWAY (-0.90553f)

#define TDI_GLOSS_SQUARES 5      /* the power 32 */
#define TDI_GLOSS_STRENGTH 0.25f /* of the brightest spot */
#define TDI_SHADE_DARK 0.75f     /* of what faces away */
#define TDI_SHADE_HALF 1.0f      /* gradient whose shade counts half */
#define TDI_SHADE_NOTHING 1e-20f /* no gradient is no direction */

#endif
