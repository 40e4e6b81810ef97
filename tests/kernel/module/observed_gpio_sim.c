// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's gpio-sim as one module with the interrupts it needs, and with two differences.
 *
 * What becomes of an output when its process is gone: gpio-sim lets it fall back to its pull resistor, as a Raspberry Pi
 * with dtparam=strict_gpiod makes an input of it. Without that setting a Raspberry Pi goes on driving the line. Here a
 * parameter says which, with the name it has in pinctrl-bcm2835.
 *
 * How often each line was driven high is counted, so that also the shortest flicker is seen.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gpio/driver.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/module.h>

#define COUNTED_LINES 64

static bool persist_gpio_outputs;
module_param(persist_gpio_outputs, bool, 0644);
MODULE_PARM_DESC(persist_gpio_outputs, "go on driving a released output");

static unsigned int driven_high[COUNTED_LINES];
module_param_array(driven_high, uint, NULL, 0444);
MODULE_PARM_DESC(driven_high, "how often each line went from low to high because it was driven");

static void release_line(struct gpio_chip *gc, unsigned int offset);
static void set_line(struct gpio_chip *gc, unsigned int offset, int value);
static int drive_line(struct gpio_chip *gc, unsigned int offset, int value);

/* Not exported on amd64; the same by what is. */
#define irq_to_desc(irq) irq_data_to_desc(irq_get_irq_data(irq))
#include "irq_sim.c"
#undef irq_to_desc

#undef pr_fmt
#include "gpio-sim.c"

static void release_line(struct gpio_chip *gc, unsigned int offset)
{
	if (persist_gpio_outputs && gc->get_direction(gc, offset) == GPIO_LINE_DIRECTION_OUT)
		return;
	gpio_sim_free(gc, offset);
}

static void count(struct gpio_chip *gc, unsigned int offset, int value)
{
	if (value && offset < COUNTED_LINES && !gc->get(gc, offset))
		driven_high[offset]++;
}

static void set_line(struct gpio_chip *gc, unsigned int offset, int value)
{
	count(gc, offset, value);
	gpio_sim_set(gc, offset, value);
}

static int drive_line(struct gpio_chip *gc, unsigned int offset, int value)
{
	count(gc, offset, value);
	return gpio_sim_direction_output(gc, offset, value);
}
