/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEM_BRINGUP_TESTS_H
#define TESTS_MODEM_BRINGUP_TESTS_H

/* The tests of the sequence, by subject. They are one program, because its last test looks at what all of them walked.
 */

/* bringup_settings.c */
void any_wrong_setting_is_written_between_the_cycles(void **state);
void what_reads_back_otherwise_is_written_once(void **state);
void what_others_changed_is_written_again(void **state);
void authentication_that_reads_back_otherwise_is_written_once(void **state);
void a_changed_password_is_written_though_none_is_shown(void **state);
void a_spent_attach_budget_waits(void **state);
void a_spent_dial_budget_waits(void **state);
void without_pppd_nothing_is_dialled(void **state);
void refused_settings_bring_the_radio_back(void **state);
void a_radio_that_was_off_is_switched_on(void **state);
void a_detached_modem_is_attached(void **state);

/* bringup_line.c */
void no_rts_cts_on_the_bridge(void **state);
void flow_control_that_is_refused(void **state);
void a_modem_is_no_python_prompt(void **state);
void a_faster_line(void **state);
void a_speed_that_does_not_work(void **state);
void a_faster_line_without_an_identity(void **state);
void a_speed_that_loses_bytes(void **state);

/* bringup_answers.c */
void an_error_to_anything(void **state);
void silence_to_anything(void **state);
void the_wrong_shape_of_anything(void **state);
void what_is_not_needed_stops_nothing(void **state);
void every_answer_to_a_dial_has_its_fault(void **state);
void registration_lost_before_the_dial(void **state);
void every_registration_has_its_fault(void **state);

/* bringup_ends.c */
void the_end_of_a_call(void **state);
void a_call_that_cannot_be_ended(void **state);
void remedies_go_on_to_a_call(void **state);
void verbs_end_where_they_say(void **state);
void a_dial_is_called_off(void **state);
void a_call_that_nobody_has_is_hung_up(void **state);
void suspended_in_an_escape(void **state);
void cancelled_at_any_moment(void **state);

/* bringup_peek.c */
void a_look_during_a_call(void **state);
void another_firmware_looks_anew(void **state);

/* bringup_mux.c */
void a_call_in_the_multiplexer(void **state);
void firmware_is_asked_whether_it_can(void **state);
void no_multiplexer_is_no_harm(void **state);
void a_mishap_is_no_proof(void **state);
void a_channel_that_answers_nothing(void **state);
void a_card_that_answers_nowhere(void **state);
void it_starts_anew_at_cmux(void **state);
void another_firmware_is_asked_anew(void **state);
void a_lost_ua_is_asked_for_again(void **state);
void a_hang_up_in_the_multiplexer(void **state);
void a_slow_channel_is_waited_for(void **state);
void the_multiplexer_is_left_in_order(void **state);
void found_in_the_multiplexer(void **state);
void other_settings_leave_the_multiplexer(void **state);
void a_held_channel_goes_on(void **state);

#endif
