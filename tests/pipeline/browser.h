/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page in a headless Chromium, by the DevTools protocol. Every call waits for its answer; what
 * does not work ends the test. */
#pragma once

#include <glib.h>

typedef struct Browser Browser;

/* command: the program's path. (transfer full) */
Browser *browser_new(const char *command);
void browser_free(Browser *browser);

/* Opens a page of this many pixels. */
void browser_open(Browser *browser, const char *uri, guint width, guint height);
/* The same page in another window, in which a pixel of CSS is density pixels of the screen. */
void browser_resize(Browser *browser, guint width, guint height, double density);

/* What a JavaScript expression gives, as text: "true", "3", or a string as it is. (transfer full)
 */
char *browser_evaluate(Browser *browser, const char *expression);

/* Evaluates until it is "true". */
void browser_wait(Browser *browser, const char *expression);

/* A key as DOM calls it: "5", "Enter", "ArrowLeft". */
void browser_press(Browser *browser, const char *key);
/* Text into what has the focus. */
void browser_type(Browser *browser, const char *text);
/* The middle of the first element that a CSS selector finds. */
void browser_click(Browser *browser, const char *selector);

/* What went wrong in the page so far, an error a line: exceptions, errors on the console, requests
 * to another place than the page's. "" if nothing. (transfer none) */
const char *browser_complaints(Browser *browser);

/* What the page looks like, as a PNG file. */
void browser_save(Browser *browser, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Browser, browser_free)
