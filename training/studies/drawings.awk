# SPDX-License-Identifier: LGPL-2.1-or-later
# A drawing as SVG, 640x480: flat colours and outlines, as in cartoons. Any awk, any machine: the
# same number gives the same drawing, for it draws lots itself and writes no text.
#
#   awk -v seed=1 -f drawings.awk >1.svg

# 0 to 1; Park and Miller's minimal standard, exact in doubles.
function draw() {
    state = state * 16807 % 2147483647
    return state / 2147483647
}

function between(low, high) { return low + (high - low) * draw() }

function colour(hue, light) {
    return sprintf("hsl(%d,%d%%,%d%%)", hue % 360, between(35, 95), light)
}

# The attributes that all shapes of a drawing share, but for their colour.
function paint(fill) {
    return sprintf("fill=\"%s\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"", fill, ink, pen)
}

function ellipse(x, y, rx, ry, fill) {
    printf "<ellipse cx=\"%.1f\" cy=\"%.1f\" rx=\"%.1f\" ry=\"%.1f\" %s/>\n", x, y, rx, ry, paint(fill)
}

function box(x, y, w, h, fill) {
    printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>\n", x, y, w, h, paint(fill)
}

function hills(y, fill,    x) {
    printf "<path d=\"M-10 490"
    for (x = -10; x < 700; x += 100)
        printf "%s%.0f %.0f", x < 0 ? "L" : " T", x, y + between(-35, 35)
    printf " L700 490Z\" %s/>\n", paint(fill)
}

function cloud(x, y, r,    i) {
    for (i = 0; i < 4; i++)
        ellipse(x + i * r * .7, y + between(-.2, .2) * r, r * between(.6, 1), r * .6, "white")
}

function tree(x, y, h,    i) {
    box(x - h * .06, y - h * .4, h * .12, h * .4, colour(25, 30))
    for (i = 0; i < 3; i++)
        if (pointed)
            printf "<path d=\"M%.1f %.1fl%.1f %.1fl%.1f 0Z\" %s/>\n", x, y - h * (1 - .05 * i) + i * h * .15, \
                h * .3, h * .4, -h * .6, paint(colour(110 + 20 * i, 35))
        else
            ellipse(x + between(-.2, .2) * h, y - h * .7, h * .25, h * .25, colour(95 + 20 * i, 40))
}

function house(x, y, w,    h, i) {
    h = w * between(.6, 1.1)
    box(x, y - h, w, h, colour(between(0, 360), between(50, 80)))
    printf "<path d=\"M%.1f %.1fl%.1f %.1fl%.1f %.1fZ\" %s/>\n", x - w * .1, y - h, w * .6, -w * .4, w * .6, w * .4, \
        paint(colour(between(0, 40), 40))
    for (i = 0; i < 3; i++)
        box(x + w * (.1 + .3 * i), y - h * .8, w * .2, h * .25, colour(200, 85))
    box(x + w * .4, y - h * .4, w * .2, h * .4, colour(30, 30))
}

# A figure with a round head: eyes, mouth, body in stripes.
function figure(x, y, h,    i, skin, hue) {
    skin = colour(between(15, 45), between(45, 85))
    hue = between(0, 360)
    for (i = 0; i < 5; i++)
        box(x - h * .15, y - h * (.55 - .11 * i), h * .3, h * .11, colour(hue + 120 * (i % 2), 50))
    ellipse(x, y - h * .75, h * .2, h * .22, skin)
    for (i = -1; i < 2; i += 2) {
        ellipse(x + i * h * .08, y - h * .8, h * .05, h * .06, "white")
        ellipse(x + i * h * .08, y - h * .79, h * .02, h * .03, ink)
    }
    printf "<path d=\"M%.1f %.1fq%.1f %.1f %.1f 0\" %s/>\n", x - h * .1, y - h * .66, h * .1, h * between(.02, .12), \
        h * .2, paint("none")
}

BEGIN {
    state = seed * 7919 + 17
    for (i = 0; i < 9; i++)
        draw()
    ink = draw() < .75 ? "black" : colour(between(200, 280), 20)
    pen = between(.8, 4.5)
    pointed = draw() < .5
    sky = draw() < .8 ? between(180, 230) : between(0, 60)
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"480\">"
    printf "<linearGradient id=\"sky\" x2=\"0\" y2=\"1\"><stop stop-color=\"%s\"/>" \
        "<stop offset=\"1\" stop-color=\"%s\"/></linearGradient>\n", colour(sky, between(35, 65)), colour(sky + 20, between(65, 90))
    print "<rect width=\"640\" height=\"480\" fill=\"url(#sky)\"/>"
    ellipse(between(40, 600), between(40, 120), between(20, 50), between(20, 50), colour(50, 60))
    for (i = int(between(1, 5)); i > 0; i--)
        cloud(between(0, 560), between(30, 160), between(20, 50))
    green = draw() < .7 ? between(80, 140) : between(20, 60)
    for (i = 0; i < 4; i++) {
        hills(200 + 65 * i, colour(green + 8 * i, 60 - 8 * i))
        for (k = int(between(1, 5)); k > 0; k--)
            tree(between(0, 640), 235 + 65 * i, between(40, 75) * (1 + .35 * i))
        if (draw() < .6)
            house(between(0, 520), 240 + 65 * i, between(50, 90) * (1 + .3 * i))
    }
    for (i = int(between(1, 4)); i > 0; i--)
        figure(between(60, 580), between(420, 475), between(110, 260))
    print "</svg>"
}
